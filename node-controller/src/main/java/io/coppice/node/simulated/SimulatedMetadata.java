package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.metadata.MetadataService;
import io.coppice.proto.compute.v1.DesiredInstance;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers who would be answered; nobody asks. Thread-safe. */
final class SimulatedMetadata implements MetadataService {
    private final Set<InstanceId> published = ConcurrentHashMap.newKeySet();

    @Override
    public void publish(DesiredInstance instance) {
        published.add(new InstanceId(instance.getInstanceId()));
    }

    @Override
    public void withdraw(InstanceId instance) {
        published.remove(instance);
    }

    @Override
    public void close() {}

    Set<InstanceId> published() {
        return Set.copyOf(published);
    }
}
