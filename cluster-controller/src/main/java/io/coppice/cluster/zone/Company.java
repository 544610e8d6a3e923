package io.coppice.cluster.zone;

import io.coppice.proto.compute.v1.Machine;

/**
 * With which others an instance may share a host. Pure.
 *
 * @param spread its group whose instances are all on different hosts; empty for none
 * @param cluster its group whose instances stand together where there is room; empty for none
 * @param partitioned its group whose partitions are on different hosts; empty for none
 * @param partition its partition there
 */
record Company(String spread, String cluster, String partitioned, int partition) {
    /** Of an instance that does not care. */
    static final Company ANY = new Company("", "", "", 0);

    static Company of(Machine machine) {
        return new Company(
                machine.getSpreadGroup(),
                machine.getClusterGroup(),
                machine.getPartitionGroup(),
                machine.getPartition());
    }

    /** Whether the two must not share a host. */
    boolean keepsAwayFrom(Company other) {
        return (!spread.isEmpty() && spread.equals(other.spread))
                || (!partitioned.isEmpty() && partitioned.equals(other.partitioned) && partition != other.partition);
    }

    /** Whether the two should share a host. */
    boolean seeks(Company other) {
        return !cluster.isEmpty() && cluster.equals(other.cluster);
    }

    /** Whether some hosts are closed to it for the sake of others. */
    boolean isChoosy() {
        return !spread.isEmpty() || !partitioned.isEmpty();
    }

    /** Whether it would rather be with some others. */
    boolean isSociable() {
        return !cluster.isEmpty();
    }
}
