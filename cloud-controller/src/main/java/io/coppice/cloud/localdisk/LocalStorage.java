package io.coppice.cloud.localdisk;

/**
 * What an instance type has of its host's disk.
 *
 * @param disks how many, 0 to 24
 * @param gibEach GiB of each; 1 or more where there are disks
 * @param swapMib MiB of one more, to swap to; 0 for none
 * @param solidState whether clients are told {@code ssd} rather than {@code hdd}
 */
public record LocalStorage(int disks, int gibEach, int swapMib, boolean solidState) {
    /** Of a type that has none. */
    public static final LocalStorage NONE = new LocalStorage(0, 0, 0, false);

    private static final int MOST_DISKS = 24;

    /** Throws when there cannot be such disks. */
    public LocalStorage {
        if (disks < 0 || disks > MOST_DISKS || swapMib < 0 || (disks > 0 ? gibEach < 1 : gibEach != 0)) {
            throw new IllegalArgumentException("localStorage must have 0 to " + MOST_DISKS
                    + " disks, gibEach of 1 or more where there are some, and swapMib of 0 or more");
        }
    }

    /** All disks but the one to swap to, GiB. */
    public int totalGib() {
        return disks * gibEach;
    }
}
