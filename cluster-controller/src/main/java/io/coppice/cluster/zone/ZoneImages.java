package io.coppice.cluster.zone;

import io.coppice.foundation.id.NodeId;
import io.coppice.proto.cluster.v1.HostImages;
import io.coppice.proto.cluster.v1.PrefetchImageResponse;
import io.coppice.proto.compute.v1.ImageReference;
import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.ImagePrefetch;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** The image caches of the zone's hosts, for its operator. Thread-safe: it takes the zone's lock. */
public final class ZoneImages {
    private final ReentrantLock lock;
    private final ZoneTables tables;
    private final ImagePlaces places;
    private final Clock clock;

    ZoneImages(ReentrantLock lock, ZoneTables tables, ImagePlaces places, Clock clock) {
        this.lock = lock;
        this.tables = tables;
        this.places = places;
        this.clock = clock;
    }

    /**
     * Tells hosts to fetch an image, those in session now.
     *
     * @param hosts by id or name; empty for all
     */
    public PrefetchImageResponse prefetch(ImageReference image, List<String> hosts) {
        var named = Set.copyOf(hosts);
        var unknown = new HashSet<>(named);
        var answer = PrefetchImageResponse.newBuilder();
        lock.lock();
        try {
            for (var host : tables.byArrival()) {
                var id = host.id().value();
                if (!named.isEmpty() && !named.contains(id) && !named.contains(host.name())) {
                    continue;
                }
                unknown.remove(id);
                unknown.remove(host.name());
                var connection = host.connection();
                if (connection == null || !host.isComplete()) {
                    answer.addAway(id);
                    continue;
                }
                var offered = places.offer(host, image, clock.millis());
                connection.send(ClusterMessage.newBuilder()
                        .setNodeId(id)
                        .setImagePrefetch(ImagePrefetch.newBuilder().setImage(offered))
                        .build());
                host.forgetFailure(image.getSha256());
                answer.addTold(id);
            }
        } finally {
            lock.unlock();
        }
        return answer.addAllUnknown(unknown).build();
    }

    /** What at most {@code limit} hosts hold, by id, beginning after this one, or with the first when it is empty. */
    public List<HostImages> caches(Optional<NodeId> after, int limit) {
        lock.lock();
        try {
            var rest = after.isPresent() ? tables.hosts().tailMap(after.get(), false) : tables.hosts();
            return rest.values().stream().limit(limit).map(HostRecord::images).toList();
        } finally {
            lock.unlock();
        }
    }
}
