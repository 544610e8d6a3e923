package io.coppice.cluster.zone;

import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.secret.ImageTicket;
import io.coppice.proto.compute.v1.ImagePeer;
import io.coppice.proto.compute.v1.ImageReference;
import io.coppice.proto.node.v1.Heartbeat;
import io.coppice.proto.node.v1.ImageFetch;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which hosts have which images, and whom a host asks that has to fetch one: hosts that have it, or that began to fetch it earlier,
 * at most four asking the same one first. So many hosts that begin at once make a tree, and the image's store is asked by its
 * root. Nobody asks a host that began later, so nobody waits for himself. Guarded by the zone's lock.
 */
final class ImagePlaces {
    private static final int MOST_PEERS = 3;
    private static final int MOST_CHILDREN = 4;
    /** A host that was told to fetch an image and does not say that it does has it another way, or cannot. */
    private static final Duration BEGINS_WITHIN = Duration.ofSeconds(30);

    private final byte[] key = new byte[ImageTicket.KEY_BYTES];
    /** By hash, in the order in which hosts began to have them. */
    private final Map<String, Map<NodeId, Place>> places = new HashMap<>();
    /** The hashes that a host has a place for. */
    private final Map<NodeId, Set<String>> byHost = new HashMap<>();

    /** One host and one image. */
    private static final class Place {
        private final HostRecord host;
        private boolean whole;
        private long toldMillis;
        private @Nullable Place parent;
        private int children;

        Place(HostRecord host) {
            this.host = host;
        }

        /** It asks nobody any more. */
        void leaveParent() {
            if (parent != null) {
                parent.children--;
                parent = null;
            }
        }

        boolean isFull() {
            return children >= MOST_CHILDREN;
        }
    }

    ImagePlaces() {
        new SecureRandom().nextBytes(key);
    }

    /** With which tickets are made; for the hosts of the zone only. */
    byte[] ticketKey() {
        return key.clone();
    }

    /** The image as a host is to be told of it, which is about to need it. */
    ImageReference offer(HostRecord host, ImageReference image, long nowMillis) {
        if (host.imagePeerAddress().isEmpty() || image.getSha256().isEmpty()) {
            return image;
        }
        var place = place(host, image.getSha256());
        if (place.whole) {
            return image;
        }
        place.toldMillis = nowMillis;
        var peers = peers(place, places.getOrDefault(image.getSha256(), Map.of()));
        place.leaveParent();
        if (peers.isEmpty()) {
            return image;
        }
        place.parent = peers.getFirst();
        peers.getFirst().children++;
        return image.toBuilder()
                .clearPeers()
                .addAllPeers(peers.stream().map(ImagePlaces::peer).toList())
                .setPeerTicket(ImageTicket.of(key, host.id().value(), image.getSha256()))
                .build();
    }

    private static ImagePeer peer(Place place) {
        return ImagePeer.newBuilder()
                .setNodeId(place.host.id().value())
                .setAddress(place.host.imagePeerAddress())
                .build();
    }

    private Place place(HostRecord host, String sha256) {
        byHost.computeIfAbsent(host.id(), each -> new HashSet<>()).add(sha256);
        return places.computeIfAbsent(sha256, each -> new LinkedHashMap<>())
                .computeIfAbsent(host.id(), each -> new Place(host));
    }

    /** Whole ones before others, and those with room before those without. */
    private static List<Place> peers(Place asking, Map<NodeId, Place> all) {
        var usable = new ArrayList<Place>();
        var isEarlier = true;
        for (var place : all.values()) {
            isEarlier &= place != asking;
            if (place != asking && (place.whole || isEarlier) && place.host.isComplete()) {
                usable.add(place);
            }
        }
        var peers = new ArrayList<Place>();
        add(peers, usable, place -> place.whole && !place.isFull());
        add(peers, usable, place -> !place.isFull());
        add(peers, usable, place -> place.whole);
        return peers;
    }

    private static void add(List<Place> peers, List<Place> usable, Predicate<Place> good) {
        for (var place : usable) {
            if (peers.size() >= MOST_PEERS) {
                return;
            }
            if (good.test(place) && !peers.contains(place)) {
                peers.add(place);
            }
        }
    }

    /** A host told what it has. */
    void heard(HostRecord host, Heartbeat heartbeat, long nowMillis) {
        if (host.imagePeerAddress().isEmpty()) {
            return;
        }
        var cached = Set.copyOf(heartbeat.getCachedImagesList());
        var coming = heartbeat.getImageFetchesList().stream()
                .filter(fetch -> fetch.getFailure().isEmpty())
                .map(ImageFetch::getSha256)
                .collect(Collectors.toSet());
        for (var sha256 : cached) {
            var place = place(host, sha256);
            place.whole = true;
            place.leaveParent();
        }
        for (var sha256 : coming) {
            place(host, sha256).toldMillis = nowMillis;
        }
        for (var sha256 : Set.copyOf(byHost.getOrDefault(host.id(), Set.of()))) {
            var place = place(host, sha256);
            var begins = !place.whole && nowMillis - place.toldMillis < BEGINS_WITHIN.toMillis();
            if (!cached.contains(sha256) && !coming.contains(sha256) && !begins) {
                remove(host, sha256);
            }
        }
    }

    private void remove(HostRecord host, String sha256) {
        var ofImage = places.getOrDefault(sha256, new HashMap<>());
        var place = ofImage.remove(host.id());
        if (place != null) {
            place.leaveParent();
        }
        if (ofImage.isEmpty()) {
            places.remove(sha256);
        }
        byHost.getOrDefault(host.id(), new HashSet<>()).remove(sha256);
    }
}
