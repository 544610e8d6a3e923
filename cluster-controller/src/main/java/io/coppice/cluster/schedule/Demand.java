package io.coppice.cluster.schedule;

import io.coppice.proto.node.v1.Capacity;

/**
 * An amount of host capacity: what an instance takes, what a host has or has left.
 *
 * @param vcpus processors
 * @param memoryMib memory, MiB
 * @param diskMib root disk, MiB
 */
public record Demand(int vcpus, long memoryMib, long diskMib) {
    /** Nothing. */
    public static final Demand NONE = new Demand(0, 0, 0);

    /** What a host said of itself. */
    public static Demand of(Capacity capacity) {
        return new Demand(capacity.getVcpus(), capacity.getMemoryMib(), capacity.getDiskMib());
    }

    /** Both together. */
    public Demand plus(Demand other) {
        return new Demand(vcpus + other.vcpus, memoryMib + other.memoryMib, diskMib + other.diskMib);
    }

    /** This without the other; may be negative when a host promised more than it has. */
    public Demand minus(Demand other) {
        return new Demand(vcpus - other.vcpus, memoryMib - other.memoryMib, diskMib - other.diskMib);
    }

    /** The disk alone: what a stopped instance keeps. */
    public Demand diskOnly() {
        return new Demand(0, 0, diskMib);
    }

    /** Whether all of it is there within {@code available}. What is not asked for is not checked. */
    public boolean fitsInto(Demand available) {
        return (vcpus == 0 || vcpus <= available.vcpus)
                && (memoryMib == 0 || memoryMib <= available.memoryMib)
                && (diskMib == 0 || diskMib <= available.diskMib);
    }

    /** As the contract has it. */
    public Capacity toCapacity() {
        return Capacity.newBuilder()
                .setVcpus(vcpus)
                .setMemoryMib(memoryMib)
                .setDiskMib(diskMib)
                .build();
    }
}
