package io.coppice.ebs.copy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.ebs.layer.LayerName;
import io.coppice.foundation.id.SnapshotId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which layers a snapshot is made of, and the checksums of their manifests, which have those of their chunks: all of a copy
 * can be proved by this one object.
 *
 * @param layers from the lowest up; one at least
 */
record SnapshotManifest(SnapshotId snapshot, List<Layer> layers) {
    static final int MOST_BYTES = 1 << 20;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int VERSION = 1;

    SnapshotManifest {
        layers = List.copyOf(layers);
    }

    /** A layer, and the SHA-256 of its manifest in hexadecimal. */
    record Layer(LayerName name, String manifestSha256) {}

    static String key(SnapshotId snapshot) {
        return "snapshots/" + snapshot;
    }

    byte[] write() throws IOException {
        return JSON.writeValueAsBytes(Map.of(
                "version",
                VERSION,
                "snapshot",
                snapshot.value(),
                "layers",
                layers.stream()
                        .map(each -> Map.of("layer", each.name().text(), "sha256", each.manifestSha256()))
                        .toList()));
    }

    /** Reads the manifest of {@code snapshot}; throws when this is none. */
    static SnapshotManifest read(SnapshotId snapshot, byte[] content) throws IOException {
        var json = LayerManifest.parse(content, VERSION);
        var layers = new ArrayList<Layer>();
        for (var each : json.path("layers")) {
            layers.add(new Layer(
                    new LayerName(each.path("layer").asText()),
                    each.path("sha256").asText()));
        }
        if (!json.path("snapshot").asText().equals(snapshot.value()) || layers.isEmpty()) {
            throw new IOException("the list of layers of " + snapshot + " is not that of this snapshot");
        }
        return new SnapshotManifest(snapshot, layers);
    }
}
