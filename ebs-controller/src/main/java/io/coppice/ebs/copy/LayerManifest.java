package io.coppice.ebs.copy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.ebs.layer.LayerName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the copy of one layer's file is made of.
 *
 * @param below the layer right below
 * @param fileBytes how long the file is
 * @param chunkBytes how long each of its pieces is, but the last
 */
record LayerManifest(LayerName layer, Optional<LayerName> below, long fileBytes, int chunkBytes, List<Chunk> chunks) {
    /** Far more than {@link #MOST_CHUNKS} need. */
    static final int MOST_BYTES = 64 << 20;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int VERSION = 1;
    private static final int LEAST_CHUNK_BYTES = 8 << 20;
    private static final int MOST_CHUNK_BYTES = 1 << 30;
    private static final int MOST_CHUNKS = 512 << 10;

    LayerManifest {
        chunks = List.copyOf(chunks);
    }

    /** How long the pieces of a file are: so that a manifest stays readable at once. A power of two, 8 MiB or more. */
    static int chunkBytes(long fileBytes) {
        var bytes = LEAST_CHUNK_BYTES;
        while (Math.ceilDiv(fileBytes, (long) bytes) > MOST_CHUNKS) {
            bytes *= 2;
        }
        return bytes;
    }

    /** How many pieces a file has. */
    static int count(long fileBytes) {
        return Math.toIntExact(Math.ceilDiv(fileBytes, (long) chunkBytes(fileBytes)));
    }

    /** How long the piece of that number is. */
    int bytesOf(int index) {
        return (int) Math.min(chunkBytes, fileBytes - (long) index * chunkBytes);
    }

    static String key(LayerName layer) {
        return "layers/" + layer + "/manifest";
    }

    static String key(LayerName layer, int index) {
        return "layers/" + layer + "/" + index;
    }

    byte[] write() throws IOException {
        return JSON.writeValueAsBytes(Map.of(
                "version",
                VERSION,
                "layer",
                layer.text(),
                "below",
                below.map(LayerName::text).orElse(""),
                "fileBytes",
                fileBytes,
                "chunkBytes",
                chunkBytes,
                "chunks",
                chunks.stream().map(Chunk::text).toList()));
    }

    /** Reads the manifest of {@code layer}; throws when this is none. */
    static LayerManifest read(LayerName layer, byte[] content) throws IOException {
        var json = parse(content);
        var below = json.path("below").asText();
        var chunks = new ArrayList<Chunk>();
        for (var each : json.path("chunks")) {
            chunks.add(Chunk.parse(each.asText()));
        }
        var manifest = new LayerManifest(
                new LayerName(json.path("layer").asText()),
                below.isEmpty() ? Optional.empty() : Optional.of(new LayerName(below)),
                json.path("fileBytes").asLong(),
                json.path("chunkBytes").asInt(),
                chunks);
        if (!manifest.layer().equals(layer) || !manifest.isSound()) {
            throw new IOException("the list of chunks of the layer " + layer + " contradicts itself");
        }
        return manifest;
    }

    private boolean isSound() {
        return fileBytes > 0
                && chunkBytes > 0
                && chunkBytes <= MOST_CHUNK_BYTES
                && chunks.size() == Math.ceilDiv(fileBytes, (long) chunkBytes);
    }

    /** A manifest's JSON of the version that is known here. */
    static JsonNode parse(byte[] content) throws IOException {
        try {
            var json = JSON.readTree(content);
            if (json.path("version").asInt() != VERSION) {
                throw new IOException("a copy was written by a newer version of the EBS controller: install that one");
            }
            return json;
        } catch (JsonProcessingException e) {
            throw new IOException("the list of what a copy is made of cannot be read", e);
        }
    }
}
