package io.coppice.ebs.serve;

import java.io.IOException;

/**
 * How disks are opened. What guests wrote lies in their own memory already: past this machine's page cache it does not lie
 * there twice, and a snapshot finds nothing left to be written.
 */
public enum DiskAccess {
    /** Every acknowledged write has left this machine's memory. */
    PAST_THE_PAGE_CACHE(true),
    /** For file systems that cannot do otherwise, such as those in memory. */
    THROUGH_THE_PAGE_CACHE(false);

    private final boolean direct;

    DiskAccess(boolean direct) {
        this.direct = direct;
    }

    /** {@code cache.direct} of qemu-storage-daemon-qmp-ref(7). */
    public boolean direct() {
        return direct;
    }

    /** Does something past the page cache, or through it where the file system has no other way. */
    static void best(Opening opening) throws IOException {
        try {
            opening.with(PAST_THE_PAGE_CACHE);
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("O_DIRECT")) {
                throw e;
            }
            opening.with(THROUGH_THE_PAGE_CACHE);
        }
    }

    /** Opens something. */
    @FunctionalInterface
    interface Opening {
        /** Does it so, or throws. */
        void with(DiskAccess access) throws IOException;
    }
}
