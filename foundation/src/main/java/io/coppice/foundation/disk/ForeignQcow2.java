package io.coppice.foundation.disk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A qcow2 file that a tenant made, as its header tells of it (QEMU, docs/interop/qcow2.txt). One that names other files would
 * let its maker read files of whatever machine opens it. Immutable.
 *
 * @param virtualSizeBytes the disk as a guest sees it, as the header says: any number; 0 where the header is cut off
 * @param fault why it cannot be used as it is; empty when nothing is wrong with the rest of the header
 */
public record ForeignQcow2(long virtualSizeBytes, Optional<Fault> fault) {
    private static final int MAGIC = 0x514649fb;
    private static final int VERSION_2_BYTES = 72;
    private static final int VERSION_3_BYTES = 104;
    private static final int VERSION_AT = 4;
    private static final int BACKING_OFFSET_AT = 8;
    private static final int BACKING_LENGTH_AT = 16;
    private static final int CLUSTER_BITS_AT = 20;
    private static final int SIZE_AT = 24;
    private static final int ENCRYPTION_AT = 32;
    private static final int INCOMPATIBLE_AT = 72;
    private static final int MIN_CLUSTER_BITS = 9;
    private static final int MAX_CLUSTER_BITS = 21;
    private static final long DIRTY_OR_CORRUPT = 0b11;
    private static final long EXTERNAL_DATA = 0b100;
    private static final long KNOWN_FEATURES = 0b11111;

    /** Why a file cannot be used. */
    public enum Fault {
        /** It ends within its header. */
        CUT_OFF,
        /** It is neither of version 2 nor of version 3. */
        UNKNOWN_VERSION,
        /** What was never written is read from another file. */
        BACKING_FILE,
        /** Its clusters are smaller or larger than there are. */
        CLUSTER_SIZE,
        /** It can be read by its owner alone. */
        ENCRYPTED,
        /** Its data lie in another file. */
        EXTERNAL_DATA,
        /** Who wrote it did not come to an end. */
        NOT_CLOSED,
        /** It cannot be read by who does not know more than this. */
        UNKNOWN_FEATURES
    }

    /** Looks at the beginning of a file, 104 bytes or all that there are; empty when it is no qcow2. */
    public static Optional<ForeignQcow2> of(ByteBuffer beginning) {
        var head = beginning.slice().order(ByteOrder.BIG_ENDIAN);
        if (head.limit() < Integer.BYTES || head.getInt(0) != MAGIC) {
            return Optional.empty();
        }
        var size = head.limit() < SIZE_AT + Long.BYTES ? 0 : head.getLong(SIZE_AT);
        return Optional.of(new ForeignQcow2(size, Optional.ofNullable(fault(head))));
    }

    private static @Nullable Fault fault(ByteBuffer head) {
        if (head.limit() < VERSION_2_BYTES) {
            return Fault.CUT_OFF;
        }
        var version = head.getInt(VERSION_AT);
        if (version != 2 && version != 3) {
            return Fault.UNKNOWN_VERSION;
        }
        if (head.getLong(BACKING_OFFSET_AT) != 0 || head.getInt(BACKING_LENGTH_AT) != 0) {
            return Fault.BACKING_FILE;
        }
        var clusterBits = head.getInt(CLUSTER_BITS_AT);
        if (clusterBits < MIN_CLUSTER_BITS || clusterBits > MAX_CLUSTER_BITS) {
            return Fault.CLUSTER_SIZE;
        }
        if (head.getInt(ENCRYPTION_AT) != 0) {
            return Fault.ENCRYPTED;
        }
        return version == 3 ? faultOfFeatures(head) : null;
    }

    private static @Nullable Fault faultOfFeatures(ByteBuffer head) {
        if (head.limit() < VERSION_3_BYTES) {
            return Fault.CUT_OFF;
        }
        var incompatible = head.getLong(INCOMPATIBLE_AT);
        if ((incompatible & EXTERNAL_DATA) != 0) {
            return Fault.EXTERNAL_DATA;
        }
        if ((incompatible & DIRTY_OR_CORRUPT) != 0) {
            return Fault.NOT_CLOSED;
        }
        return (incompatible & ~KNOWN_FEATURES) != 0 ? Fault.UNKNOWN_FEATURES : null;
    }
}
