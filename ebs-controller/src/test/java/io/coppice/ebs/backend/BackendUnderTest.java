package io.coppice.ebs.backend;

import java.io.IOException;
import java.util.List;

/** A backend and what belongs to it, as one start of the EBS controller has it. */
interface BackendUnderTest {
    VolumeBackend backend();

    /** Ends what the start began, but for the storage daemons. */
    void stop();

    /** What is left of volumes and snapshots when all were deleted, once there was time to remove it. */
    List<String> left() throws IOException, InterruptedException;
}
