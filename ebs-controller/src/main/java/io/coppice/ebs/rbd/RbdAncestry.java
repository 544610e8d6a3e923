package io.coppice.ebs.rbd;

import com.fasterxml.jackson.databind.JsonNode;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.foundation.id.SnapshotId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What images were made of, as Ceph tells: also of images in the pool's bin, and of snapshots that were removed while something
 * lies over them. Thread-safe. Source: rbd(8), "info" and "snap ls --all".
 */
final class RbdAncestry {
    private static final int MOST_GENERATIONS = 64;
    private static final int MOST_ANCESTORS = 256;

    private final CephTools tools;

    RbdAncestry(CephTools tools) {
        this.tools = tools;
    }

    /**
     * What an image is a clone of.
     *
     * @param image its name, while it is not in the bin
     * @param id Ceph's
     * @param snapshot the image's snapshot, by the name that it has now
     * @param discarded whether the image is in the bin
     */
    record Origin(String image, String id, String snapshot, boolean discarded) {}

    /**
     * A snapshot of an image.
     *
     * @param number that of a later one is greater
     * @param name what it is called now
     * @param givenName what it was called when it was made
     * @param removed whether it is kept only since something lies over it
     */
    record Moment(long number, String name, String givenName, boolean removed) {
        Optional<SnapshotId> snapshot() {
            return RbdAncestry.snapshot(givenName);
        }
    }

    /** What an image of this name lies over; empty when it stands by itself. */
    Optional<Origin> originOf(String image) throws IOException {
        return origin(tools.askJson("info", tools.pool().pool() + "/" + image));
    }

    /** As {@link #originOf}, of an image that may be in the bin, by Ceph's id. */
    Optional<Origin> originOfId(String id) throws IOException {
        return origin(tools.askJson("info", "--pool", tools.pool().pool(), "--image-id", id));
    }

    private static Optional<Origin> origin(JsonNode info) {
        var parent = info.path("parent");
        return parent.hasNonNull("image")
                ? Optional.of(new Origin(
                        parent.path("image").asText(),
                        parent.path("id").asText(),
                        parent.path("snapshot").asText(),
                        parent.path("trash").asBoolean()))
                : Optional.empty();
    }

    /** All snapshots of an image of this id, the latest first. */
    List<Moment> moments(String id) throws IOException {
        var moments = new ArrayList<Moment>();
        for (var each :
                tools.askJson("snap", "ls", "--all", "--pool", tools.pool().pool(), "--image-id", id)) {
            var name = each.path("name").asText();
            var removed = each.path("namespace").path("type").asText().equals("trash");
            var given = removed ? each.path("namespace").path("original_name").asText() : name;
            moments.add(new Moment(each.path("id").asLong(), name, given, removed));
        }
        moments.sort(Comparator.comparingLong(Moment::number).reversed());
        return List.copyOf(moments);
    }

    /** The snapshots below a snapshot's image, those first from which it is likely to differ least. */
    List<SnapshotId> ancestors(String image) throws IOException {
        var found = new ArrayList<SnapshotId>();
        var origin = originOf(image);
        for (int i = 0; i < MOST_GENERATIONS && found.size() < MOST_ANCESTORS && origin.isPresent(); i++) {
            var below = origin.get();
            var itself = snapshot(below.image());
            if (itself.isPresent()) {
                found.add(itself.get());
            } else {
                earlier(below).stream()
                        .flatMap(moment -> moment.snapshot().stream())
                        .forEach(found::add);
            }
            origin = originOfId(below.id());
        }
        return found.stream().distinct().limit(MOST_ANCESTORS).toList();
    }

    /** The snapshots of an image before the one that something was made of, the latest first. */
    List<Moment> earlier(Origin origin) throws IOException {
        var all = moments(origin.id());
        var of = all.stream()
                .filter(moment -> moment.name().equals(origin.snapshot()))
                .mapToLong(Moment::number)
                .findFirst()
                .orElse(0);
        return all.stream().filter(moment -> moment.number() < of).toList();
    }

    private static Optional<SnapshotId> snapshot(String name) {
        try {
            return name.startsWith(SnapshotId.PREFIX) ? Optional.of(new SnapshotId(name)) : Optional.empty();
        } catch (MalformedIdException e) {
            return Optional.empty();
        }
    }
}
