package io.coppice.node.hypervisor;

import io.coppice.foundation.id.VolumeId;
import io.coppice.node.disk.VolumeAddress;

/**
 * A volume as a guest is given it.
 *
 * @param address where it is served by NBD, or which image it is
 * @param exportName the name of the export there, or the last part of the image's name; who knows it can write, so it is not logged
 * @param sizeGib how large the guest should see it; 0: as large as it is when it is opened
 */
public record VolumePlug(VolumeId volume, VolumeAddress address, String exportName, int sizeGib) {
    private static final long BYTES_PER_GIB = 1L << 30;

    /** {@link #sizeGib} in bytes. */
    public long sizeBytes() {
        return sizeGib * BYTES_PER_GIB;
    }

    /** What the guest reads as the disk's serial number, as AWS has it: the id without its dash. 20 characters. */
    public String serial() {
        return serial(volume);
    }

    /** As {@link #serial()}, of any volume. */
    public static String serial(VolumeId volume) {
        return volume.value().replace("-", "");
    }

    @Override
    public String toString() {
        return volume.value();
    }
}
