package io.coppice.node.metadata;

import io.coppice.foundation.id.InstanceId;
import io.coppice.proto.compute.v1.DesiredInstance;

/** Answers guests' questions about themselves at 169.254.169.254 and fd00:ec2::254. Thread-safe. */
public interface MetadataService extends AutoCloseable {
    /** From now on the guest with these addresses is answered with this. Replaces what was published before. */
    void publish(DesiredInstance instance);

    /** The guest is answered no more. Does nothing when it was not published. */
    void withdraw(InstanceId instance);

    @Override
    void close();
}
