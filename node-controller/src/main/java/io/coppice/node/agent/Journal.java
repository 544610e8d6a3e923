package io.coppice.node.agent;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.NodeId;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.LocalDisk;
import io.coppice.proto.compute.v1.Machine;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.node.v1.ConsoleChunk;
import io.coppice.proto.node.v1.Inventory;
import io.coppice.proto.node.v1.InventoryItem;
import io.coppice.proto.node.v1.NodeMessage;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a host has told of its instances: numbers every report, remembers the last one of each instance for the
 * inventory, and the end of those that are gone, so that a late wish does not bring them back. Thread-safe.
 */
final class Journal {
    private static final int MAX_REMEMBERED_ENDS = 4096;
    private static final long MIB = 1024L * 1024;

    private final NodeId node;
    private final long epoch;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Map<InstanceId, Observation> last = new HashMap<>();
    private final Map<InstanceId, Owner> owners = new HashMap<>();
    private final Map<InstanceId, Observation> ends = new LinkedHashMap<>();
    private long sequence;
    private @Nullable Uplink uplink;

    /** Whose an instance is, what it takes, and its interfaces. */
    private record Owner(String accountId, Machine machine, List<NetworkEndpoint> endpoints) {}

    Journal(NodeId node, long epoch, Clock clock) {
        this.node = node;
        this.epoch = epoch;
        this.clock = clock;
    }

    long epoch() {
        return epoch;
    }

    long sequence() {
        lock.lock();
        try {
            return sequence;
        } finally {
            lock.unlock();
        }
    }

    /** Remembers what the instance takes of the host. */
    void machine(DesiredInstance wish) {
        if (!wish.hasMachine()) {
            return;
        }
        var disk = Math.max(
                wish.getMachine().getRootDiskMib(), Math.ceilDiv(wish.getImage().getVirtualSizeBytes(), MIB));
        var machine = wish.getMachine().toBuilder().setRootDiskMib(disk).build();
        lock.lock();
        try {
            owners.put(
                    new InstanceId(wish.getInstanceId()),
                    new Owner(wish.getAccountId(), machine, wish.getEndpointsList()));
        } finally {
            lock.unlock();
        }
    }

    long promisedDiskMib() {
        lock.lock();
        try {
            return owners.values().stream()
                    .mapToLong(owner -> owner.machine().getRootDiskMib()
                            + owner.machine().getLocalDisksList().stream()
                                    .mapToLong(LocalDisk::getMib)
                                    .sum())
                    .sum();
        } finally {
            lock.unlock();
        }
    }

    long promisedMemoryMib() {
        lock.lock();
        try {
            return owners.values().stream()
                    .mapToLong(owner -> owner.machine().getMemoryMib())
                    .sum();
        } finally {
            lock.unlock();
        }
    }

    void report(Observation.Builder observation) {
        lock.lock();
        try {
            var stamped = stamp(observation);
            last.put(new InstanceId(stamped.getInstanceId()), stamped);
            send(stamped);
        } finally {
            lock.unlock();
        }
    }

    void ended(InstanceId instance, Observation.Builder observation) {
        lock.lock();
        try {
            var stamped = stamp(observation);
            last.remove(instance);
            owners.remove(instance);
            ends.put(instance, stamped);
            if (ends.size() > MAX_REMEMBERED_ENDS) {
                ends.remove(ends.keySet().iterator().next());
            }
            send(stamped);
        } finally {
            lock.unlock();
        }
    }

    /** Whether the wish is no newer than an end that is remembered; the end is told again then. */
    boolean answeredFromMemory(InstanceId instance, DesiredInstance wish) {
        lock.lock();
        try {
            var end = ends.get(instance);
            if (end == null || wish.getGeneration() > end.getGeneration()) {
                return false;
            }
            send(stamp(end.toBuilder()));
            return true;
        } finally {
            lock.unlock();
        }
    }

    boolean believesRunning(InstanceId instance) {
        lock.lock();
        try {
            var observation = last.get(instance);
            return observation != null && observation.getPhase() == Phase.PHASE_RUNNING;
        } finally {
            lock.unlock();
        }
    }

    void connect(Uplink next) {
        lock.lock();
        try {
            uplink = next;
            sendInventory();
        } finally {
            lock.unlock();
        }
    }

    void disconnect() {
        lock.lock();
        try {
            uplink = null;
        } finally {
            lock.unlock();
        }
    }

    /** Passes on what is not about an instance. False without a session: the next one begins with all of it. */
    boolean tell(NodeMessage.Builder message) {
        lock.lock();
        try {
            if (uplink == null) {
                return false;
            }
            uplink.send(message.setNodeId(node.value()).build());
            return true;
        } finally {
            lock.unlock();
        }
    }

    void sendInventory() {
        lock.lock();
        try {
            if (uplink != null) {
                uplink.send(message().setInventory(inventory()).build());
            }
        } finally {
            lock.unlock();
        }
    }

    void deliver(List<ConsoleChunk> chunks) {
        Uplink current;
        lock.lock();
        try {
            current = uplink;
        } finally {
            lock.unlock();
        }
        if (current != null) {
            current.deliverConsole(chunks);
        }
    }

    private Inventory inventory() {
        var inventory = Inventory.newBuilder().setAsOfSequence(sequence);
        last.forEach((instance, observation) -> {
            var item = InventoryItem.newBuilder().setObservation(observation);
            var owner = owners.get(instance);
            if (owner != null) {
                item.setMachine(owner.machine()).setAccountId(owner.accountId()).addAllEndpoints(owner.endpoints());
            }
            inventory.addItems(item);
        });
        return inventory.build();
    }

    private Observation stamp(Observation.Builder observation) {
        sequence++;
        return observation
                .setNodeId(node.value())
                .setNodeEpoch(epoch)
                .setSequence(sequence)
                .setObservedAtMillis(clock.millis())
                .build();
    }

    private void send(Observation observation) {
        if (uplink != null) {
            uplink.send(message().setObservation(observation).build());
        }
    }

    private NodeMessage.Builder message() {
        return NodeMessage.newBuilder().setNodeId(node.value());
    }
}
