package io.coppice.cloud.compute;

import io.coppice.cloud.image.Images;
import io.coppice.cloud.image.Images.LaunchImage;
import io.coppice.cloud.image.ImagesOnHosts;
import io.coppice.cloud.place.Zones;
import io.coppice.foundation.id.ImageId;
import io.coppice.proto.cluster.v1.HostImages;
import io.coppice.proto.cluster.v1.HostState;
import io.coppice.proto.cluster.v1.ListImageCachesRequest;
import io.coppice.proto.cluster.v1.PrefetchImageRequest;
import io.coppice.proto.compute.v1.ImageReference;
import io.coppice.wire.error.AwsException;
import io.grpc.StatusRuntimeException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What hosts keep of images, and what they are to fetch before an instance needs it; for the cloud's operator. Keeps nothing: it asks
 * the zones, which know what their hosts said last. Blocks. Thread-safe.
 */
@ApplicationScoped
class ImageCaches {
    private static final int MOST_NAMED_HOSTS = 1000;
    private static final int MOST_HOSTS = 10_000;

    private final ImagesOnHosts images;
    private final Images urls;
    private final Zones zones;
    private final InstanceConsoles.ZoneLinks links;
    private final ComputeConfig config;

    ImageCaches(
            ImagesOnHosts images, Images urls, Zones zones, InstanceConsoles.ZoneLinks links, ComputeConfig config) {
        this.images = images;
        this.urls = urls;
        this.zones = zones;
        this.links = links;
        this.config = config;
    }

    /**
     * Hosts by what became of the wish.
     *
     * @param told node ids of those that fetch the image, or have it
     * @param away node ids of those that are not in session
     * @param silentZones zones that do not answer
     */
    record Told(List<String> told, List<String> away, List<String> silentZones) {}

    /**
     * Has hosts fetch an image.
     *
     * @param zone only of this zone; all when empty
     * @param hosts only these, by id or name; all when empty
     */
    Told prefetch(ImageId id, Optional<String> zone, List<String> hosts) {
        var image = images.fetchable(id).orElseThrow(() -> notForHosts(id));
        if (hosts.size() > MOST_NAMED_HOSTS) {
            throw AwsException.client("InvalidParameterValue", "At most " + MOST_NAMED_HOSTS + " hosts can be named.");
        }
        var request = PrefetchImageRequest.newBuilder()
                .setImage(reference(image))
                .addAllHosts(hosts)
                .build();
        var told = new ArrayList<String>();
        var away = new ArrayList<String>();
        var silent = new ArrayList<String>();
        var unknown = new HashSet<>(hosts);
        for (var each : zones(zone)) {
            try {
                var answer = link(each).prefetch(request);
                told.addAll(answer.getToldList());
                away.addAll(answer.getAwayList());
                unknown.retainAll(answer.getUnknownList());
            } catch (StatusRuntimeException | NoSuchElementException e) {
                silent.add(each);
            }
        }
        if (silent.isEmpty() && !unknown.isEmpty()) {
            throw AwsException.client("InvalidParameterValue", "There are no hosts " + new TreeSet<>(unknown) + ".");
        }
        return new Told(told, away, silent);
    }

    private static AwsException notForHosts(ImageId id) {
        return AwsException.client(
                "InvalidAMIID.Unavailable",
                "The image '" + id
                        + "' is none that hosts fetch: it does not exist, is not available, or is made of snapshots.");
    }

    private ImageReference reference(LaunchImage image) {
        return ImageReference.newBuilder()
                .setImageId(image.id().value())
                .setSha256(image.sha256())
                .setSizeBytes(image.sizeBytes())
                .setVirtualSizeBytes(image.virtualSizeBytes())
                .setFormat(image.format())
                .setUrl(url(image.id()))
                .build();
    }

    private String url(ImageId id) {
        try {
            return urls.downloadUrl(id, (int) config.imageUrlValidity().toSeconds());
        } catch (NoSuchElementException e) {
            throw notForHosts(id);
        }
    }

    private List<String> zones(Optional<String> only) {
        if (only.isPresent() && !zones.all().contains(only.get())) {
            throw AwsException.client("InvalidParameterValue", "There is no zone '" + only.get() + "'.");
        }
        return only.map(List::of).orElseGet(() -> List.copyOf(zones.all()));
    }

    private ZoneLink link(String zone) {
        return links.of(zone).orElseThrow(() -> new NoSuchElementException("the zone " + zone + " is not connected"));
    }

    /**
     * One image of a host.
     *
     * @param imageId empty when no image of the cloud has these bytes any more
     * @param state {@code here}, {@code coming} or {@code failed}
     * @param percent of it that is here
     * @param failure why it failed; else empty
     */
    record Kept(String imageId, String sha256, String state, int percent, String failure) {}

    /** A host and what it keeps. */
    record HostCache(String zone, String nodeId, String hostName, boolean up, long cacheBytes, List<Kept> images) {}

    /** All hosts that could be asked about, at most 10,000, and the zones that do not answer. */
    record Caches(List<HostCache> hosts, List<String> silentZones) {}

    /** What hosts keep, of one image or of all. */
    Caches caches(Optional<ImageId> only) {
        var hash = only.map(
                id -> images.fetchable(id).orElseThrow(() -> notForHosts(id)).sha256());
        var found = new ArrayList<HostCache>();
        var silent = new ArrayList<String>();
        for (var zone : zones.all()) {
            try {
                read(zone, hash, found);
            } catch (StatusRuntimeException | NoSuchElementException e) {
                silent.add(zone);
            }
        }
        return new Caches(found, silent);
    }

    private void read(String zone, Optional<String> hash, List<HostCache> found) {
        var after = "";
        do {
            var page = link(zone)
                    .imageCaches(ListImageCachesRequest.newBuilder()
                            .setAfterNodeId(after)
                            .build());
            var hashes = new HashSet<String>();
            page.getHostsList().forEach(host -> {
                hashes.addAll(host.getCachedList());
                host.getFetchesList().forEach(fetch -> hashes.add(fetch.getSha256()));
            });
            var ids = images.idsByHash(hashes);
            page.getHostsList()
                    .forEach(host -> found.add(new HostCache(
                            zone,
                            host.getNodeId(),
                            host.getHostName(),
                            host.getState() == HostState.HOST_STATE_UP,
                            host.getCacheBytes(),
                            kept(host).stream()
                                    .filter(kept ->
                                            hash.isEmpty() || kept.sha256().equals(hash.get()))
                                    .map(kept -> new Kept(
                                            ids.getOrDefault(kept.sha256(), ""),
                                            kept.sha256(),
                                            kept.state(),
                                            kept.percent(),
                                            kept.failure()))
                                    .toList())));
            after = page.getNextAfterNodeId();
        } while (!after.isEmpty() && found.size() < MOST_HOSTS);
    }

    /** What is here and comes at the same time is here. */
    private static List<Kept> kept(HostImages host) {
        var kept = new ArrayList<Kept>();
        host.getCachedList().forEach(hash -> kept.add(new Kept("", hash, "here", 100, "")));
        for (var fetch : host.getFetchesList()) {
            if (!host.getCachedList().contains(fetch.getSha256())) {
                var state = fetch.getFailure().isEmpty() ? "coming" : "failed";
                kept.add(new Kept("", fetch.getSha256(), state, fetch.getPercent(), fetch.getFailure()));
            }
        }
        return kept;
    }
}
