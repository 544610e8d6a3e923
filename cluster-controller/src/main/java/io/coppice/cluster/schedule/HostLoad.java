package io.coppice.cluster.schedule;

import io.coppice.foundation.id.NodeId;

/** A host as a scheduling policy sees it. */
public interface HostLoad {
    /** Which host. */
    NodeId id();

    /** Whether it takes new instances now. */
    boolean schedulable();

    /** All that it can carry. */
    Demand total();

    /** What is neither used nor promised. */
    Demand free();
}
