package io.coppice.cluster.zone;

import io.coppice.proto.network.v1.EndpointLocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the interfaces of one VPC are, and what changed when. Of each interface only the last change is kept, so that a burst
 * is as large as what it changes, and a host that was away for long is told as little as possible. Guarded by the zone's lock.
 */
final class NetworkLocations {
    /** What a host that was told nothing has seen. */
    static final long NOTHING = -1;
    /** Interfaces that are gone and still remembered as changes, beside as many as there are. */
    private static final int REMEMBERED_ENDS = 4096;

    private final String vpcId;
    private final Map<String, Placed> placed = new HashMap<>();
    private final Map<String, Long> changedAt = new HashMap<>();
    private final TreeMap<Long, String> changes = new TreeMap<>();
    private long version;
    /** Up to this version changes cannot be told one by one any more. */
    private long forgotten;

    /** Interfaces of this zone's instances. */
    private int own;

    private @Nullable Memory memory;

    /**
     * An interface and who has it there, an instance or another zone: an interface that moved is not taken away by where it was.
     */
    private record Placed(Object owner, EndpointLocation location) {
        boolean isOwn() {
            return owner instanceof InstanceRecord;
        }
    }

    /** The picture made last; many hosts need the same one after the other. */
    private record Memory(long seen, long version, NetworkPicture picture) {}

    NetworkLocations(String vpcId) {
        this.vpcId = vpcId;
    }

    /** Rises with every change. */
    long version() {
        return version;
    }

    int size() {
        return placed.size();
    }

    /** How many of them this zone's instances have. */
    int ownSize() {
        return own;
    }

    /** The interface is there now; whether that is news. */
    boolean put(InstanceRecord instance, EndpointLocation location) {
        return put((Object) instance, location);
    }

    /** As the other one, in another zone. */
    boolean put(Abroad zone, EndpointLocation location) {
        return put((Object) zone, location);
    }

    private boolean put(Object owner, EndpointLocation location) {
        var id = location.getNetworkInterfaceId();
        var now = new Placed(owner, location);
        var before = placed.put(id, now);
        own += (now.isOwn() ? 1 : 0) - (before != null && before.isOwn() ? 1 : 0);
        if (before != null && before.location().equals(location)) {
            return false;
        }
        changed(id);
        return true;
    }

    /** The instance no longer has the interface; whether that is news. */
    boolean remove(InstanceRecord instance, String interfaceId) {
        return remove((Object) instance, interfaceId);
    }

    /** As the other one, in another zone. */
    boolean remove(Abroad zone, String interfaceId) {
        return remove((Object) zone, interfaceId);
    }

    private boolean remove(Object owner, String interfaceId) {
        var before = placed.get(interfaceId);
        if (before == null || before.owner() != owner) {
            return false;
        }
        placed.remove(interfaceId);
        own -= before.isOwn() ? 1 : 0;
        changed(interfaceId);
        forgetSome();
        return true;
    }

    private void changed(String interfaceId) {
        version++;
        var before = changedAt.put(interfaceId, version);
        if (before != null) {
            changes.remove(before);
        }
        changes.put(version, interfaceId);
    }

    private void forgetSome() {
        if (changes.size() <= placed.size() + REMEMBERED_ENDS) {
            return;
        }
        var oldest = changes.entrySet().iterator();
        while (oldest.hasNext() && changes.size() > placed.size() + REMEMBERED_ENDS / 2) {
            var change = oldest.next();
            if (!placed.containsKey(change.getValue())) {
                forgotten = change.getKey();
                changedAt.remove(change.getValue());
                oldest.remove();
            }
        }
    }

    /** What a host must be told that has seen everything up to this version, or {@link #NOTHING}. */
    NetworkPicture since(long seen) {
        var known = memory;
        if (known != null && known.seen() == seen && known.version() == version) {
            return known.picture();
        }
        var picture = seen < forgotten ? full(false) : changesSince(seen, false);
        memory = new Memory(seen, version, picture);
        return picture;
    }

    /** As {@link #since}, of this zone's own interfaces; what is gone may have been another zone's. */
    NetworkPicture ownSince(long seen) {
        return seen < forgotten ? full(true) : changesSince(seen, true);
    }

    private NetworkPicture full(boolean ownOnly) {
        return NetworkPicture.full(
                vpcId,
                placed.values().stream()
                        .filter(each -> !ownOnly || each.isOwn())
                        .map(Placed::location)
                        .toList());
    }

    private NetworkPicture changesSince(long seen, boolean ownOnly) {
        var present = new ArrayList<EndpointLocation>();
        var gone = new ArrayList<String>();
        for (var id : changes.tailMap(seen, false).values()) {
            var there = placed.get(id);
            if (there == null) {
                gone.add(id);
            } else if (!ownOnly || there.isOwn()) {
                present.add(there.location());
            }
        }
        return NetworkPicture.changes(vpcId, List.copyOf(present), List.copyOf(gone));
    }
}
