package io.coppice.node.simulated;

import io.coppice.proto.network.v1.EndpointLocation;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one of each location that any simulated host of this process was told of. A hundred hosts that carry a VPC of thousands
 * of interfaces would otherwise keep hundreds of thousands of copies, which real hosts keep in memory of their own. What no host
 * knows any more is forgotten. Thread-safe.
 */
final class SharedLocations {
    private final Map<EndpointLocation, WeakReference<EndpointLocation>> known = new WeakHashMap<>();

    /** The location that was seen first of all that are equal to this one. */
    synchronized EndpointLocation theOneLike(EndpointLocation location) {
        var present = seen(location);
        if (present != null) {
            return present;
        }
        known.put(location, new WeakReference<>(location));
        return location;
    }

    private @Nullable EndpointLocation seen(EndpointLocation location) {
        var reference = known.get(location);
        return reference == null ? null : reference.get();
    }
}
