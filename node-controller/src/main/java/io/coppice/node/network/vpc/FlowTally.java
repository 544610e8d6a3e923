package io.coppice.node.network.vpc;

/** What was counted of one direction of a flow: packets, and bytes of IP with headers. */
record FlowTally(long packets, long bytes) {
    static final FlowTally NONE = new FlowTally(0, 0);

    FlowTally plus(FlowTally other) {
        return new FlowTally(packets + other.packets, bytes + other.bytes);
    }

    /** What is in this and not in the part; never less than nothing. */
    FlowTally without(FlowTally part) {
        return new FlowTally(Math.max(0, packets - part.packets), Math.max(0, bytes - part.bytes));
    }

    boolean isNone() {
        return packets == 0;
    }
}
