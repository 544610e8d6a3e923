package io.coppice.node.agent;

import io.coppice.proto.compute.v1.Failure;

/** What came of one attempt to make an instance what it should be. */
sealed interface Outcome {
    /** It is as it should be, and that was reported. */
    record Converged() implements Outcome {}

    /** It runs and was reported, and its guest has not yet taken or let go of every volume and interface. */
    record DevicesPending() implements Outcome {}

    /** It is as it should be, but for the copy of its root disk, which is under way. */
    record CopyPending() implements Outcome {}

    /** Nothing of it is left, as it should be. */
    record Gone() implements Outcome {}

    /** Its guest ran before and its disk is not here: a new one would pass for the old one and hold nothing. */
    record DiskLost() implements Outcome {}

    /** Its image arrived while its guest ran, and is not what was registered: nothing of it can be trusted. */
    record ImageRefused() implements Outcome {}

    /** It could not be had this time; nothing half-made was left. */
    record Failed(Failure failure) implements Outcome {}
}
