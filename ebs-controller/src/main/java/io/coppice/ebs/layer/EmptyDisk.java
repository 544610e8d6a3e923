package io.coppice.ebs.layer;

import io.coppice.ebs.key.DiskKey;
import java.io.IOException;
import java.util.Optional;

/**
 * An encrypted disk of zeros that is kept in something else than a file of ours: a qcow2 with nothing below it, whose clusters
 * and LUKS header are those of an encrypted layer. Stateless. Source: docs/interop/qcow2.txt of QEMU.
 */
public final class EmptyDisk {
    /** Of sizes that are multiples of it nothing is lost below. */
    private static final long UNIT = 4096;
    /**
     * Beside what tables take: the LUKS header, the first tables, and clusters that a killed process had taken and not used.
     * Such that no room for a disk of whole GiB is a whole number of GiB itself.
     */
    private static final long BESIDE = (64L << 20) + (64L << 10);

    private EmptyDisk() {}

    /** All bytes that are not zeros, and some that are: 4 MiB at most. This key opens it. The size is in bytes. */
    public static byte[] encrypted(long sizeBytes, DiskKey key) throws IOException {
        return new QcowLayer(sizeBytes, Optional.empty(), true).bytes(LuksHeader.make(key.passphrase()));
    }

    /**
     * How long what holds such a disk must be once all of it was written, bytes: its tables take 10 bytes for each cluster of
     * 64 KiB, a 6,554th of it.
     */
    public static long roomBytes(long sizeBytes) {
        return sizeBytes + Math.ceilDiv(sizeBytes, UNIT) + BESIDE;
    }

    /** The size of the disk that has so much room; the other way round of {@link #roomBytes} for multiples of 4 KiB. */
    public static long sizeBytes(long roomBytes) {
        return Math.max(0, roomBytes - BESIDE) / (UNIT + 1) * UNIT;
    }
}
