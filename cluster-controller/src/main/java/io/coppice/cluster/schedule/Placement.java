package io.coppice.cluster.schedule;

import io.coppice.foundation.id.NodeId;

/** What a scheduling policy decided. */
public sealed interface Placement {
    /** This host takes it. */
    record Placed(NodeId node) implements Placement {}

    /** No host has room now; one may have later. {@code reason} is a sentence for the user. */
    record NoCapacity(String reason) implements Placement {}

    /** No host could take it even if it were empty. {@code reason} is a sentence for the user. */
    record Unsatisfiable(String reason) implements Placement {}
}
