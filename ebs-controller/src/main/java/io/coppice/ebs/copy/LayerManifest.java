package io.coppice.ebs.copy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.ebs.layer.LayerName;
import io.coppice.foundation.id.SnapshotId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the copy of one layer is made of: of the layer's file, or of a disk where that differs from the disk below.
 *
 * @param below the layer right below
 * @param bytes how long the file or the disk is
 * @param chunkBytes how long each of its pieces is, but the last
 * @param disk what disk this is with all that lies below; empty for a file
 */
record LayerManifest(
        LayerName layer,
        Optional<LayerName> below,
        long bytes,
        int chunkBytes,
        List<Chunk> chunks,
        Optional<Disk> disk) {
    /** Far more than {@link #MOST_CHUNKS} need. */
    static final int MOST_BYTES = 64 << 20;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FILE_VERSION = 1;
    /** Of disks, which an EBS controller that knows layers alone could not read. */
    private static final int DISK_VERSION = 2;

    private static final int LEAST_CHUNK_BYTES = 8 << 20;
    private static final int MOST_CHUNK_BYTES = 1 << 30;
    private static final int MOST_CHUNKS = 512 << 10;

    LayerManifest {
        chunks = List.copyOf(chunks);
    }

    /**
     * A disk that is copied.
     *
     * @param notes what is written down with it where it lies
     */
    record Disk(SnapshotId snapshot, Map<String, String> notes) {
        Disk {
            notes = Map.copyOf(notes);
        }
    }

    /** One without pieces yet, of a file or a disk that is so long. */
    static LayerManifest plan(LayerName layer, Optional<LayerName> below, long bytes, Optional<Disk> disk) {
        return new LayerManifest(layer, below, bytes, chunkBytes(bytes), List.of(), disk);
    }

    /** The same with its pieces. */
    LayerManifest with(List<Chunk> pieces) {
        return new LayerManifest(layer, below, bytes, chunkBytes, pieces, disk);
    }

    /** How long the pieces are: so that a manifest stays readable at once. A power of two, 8 MiB or more. */
    static int chunkBytes(long bytes) {
        var piece = LEAST_CHUNK_BYTES;
        while (Math.ceilDiv(bytes, (long) piece) > MOST_CHUNKS) {
            piece *= 2;
        }
        return piece;
    }

    /** How many pieces there are of so many bytes. */
    static int count(long bytes) {
        return Math.toIntExact(Math.ceilDiv(bytes, (long) chunkBytes(bytes)));
    }

    /** How long the piece of that number is. */
    int bytesOf(int index) {
        return (int) Math.min(chunkBytes, bytes - offsetOf(index));
    }

    /** Where the piece of that number begins. */
    long offsetOf(int index) {
        return (long) index * chunkBytes;
    }

    static String key(LayerName layer) {
        return "layers/" + layer + "/manifest";
    }

    static String key(LayerName layer, int index) {
        return "layers/" + layer + "/" + index;
    }

    byte[] write() throws IOException {
        var json = new HashMap<String, Object>();
        json.put("version", disk.isPresent() ? DISK_VERSION : FILE_VERSION);
        json.put("layer", layer.text());
        json.put("below", below.map(LayerName::text).orElse(""));
        json.put(disk.isPresent() ? "diskBytes" : "fileBytes", bytes);
        json.put("chunkBytes", chunkBytes);
        json.put("chunks", chunks.stream().map(Chunk::text).toList());
        disk.ifPresent(it -> {
            json.put("snapshot", it.snapshot().value());
            json.put("notes", it.notes());
        });
        return JSON.writeValueAsBytes(json);
    }

    /** Reads the manifest of {@code layer}; throws when this is none. */
    static LayerManifest read(LayerName layer, byte[] content) throws IOException {
        var json = parse(content, DISK_VERSION);
        var ofDisk = json.path("version").asInt() == DISK_VERSION;
        var below = json.path("below").asText();
        var chunks = new ArrayList<Chunk>();
        for (var each : json.path("chunks")) {
            chunks.add(Chunk.parse(each.asText()));
        }
        var manifest = new LayerManifest(
                new LayerName(json.path("layer").asText()),
                below.isEmpty() ? Optional.empty() : Optional.of(new LayerName(below)),
                json.path(ofDisk ? "diskBytes" : "fileBytes").asLong(),
                json.path("chunkBytes").asInt(),
                chunks,
                ofDisk ? Optional.of(disk(json)) : Optional.empty());
        if (!manifest.layer().equals(layer) || !manifest.isSound()) {
            throw new IOException("the list of chunks of the layer " + layer + " contradicts itself");
        }
        return manifest;
    }

    private static Disk disk(JsonNode json) {
        var notes = new HashMap<String, String>();
        json.path("notes")
                .properties()
                .forEach(each -> notes.put(each.getKey(), each.getValue().asText()));
        return new Disk(new SnapshotId(json.path("snapshot").asText()), notes);
    }

    private boolean isSound() {
        return bytes > 0
                && chunkBytes > 0
                && chunkBytes <= MOST_CHUNK_BYTES
                && chunks.size() == Math.ceilDiv(bytes, (long) chunkBytes)
                && ((below.isPresent() && disk.isPresent()) || !chunks.contains(Chunk.BELOW));
    }

    /** A manifest's JSON of a version that is known here: from 1 to {@code newest}. */
    static JsonNode parse(byte[] content, int newest) throws IOException {
        try {
            var json = JSON.readTree(content);
            var version = json.path("version").asInt();
            if (version < FILE_VERSION || version > newest) {
                throw new IOException("a copy was written by a newer version of the EBS controller: install that one");
            }
            return json;
        } catch (JsonProcessingException e) {
            throw new IOException("the list of what a copy is made of cannot be read", e);
        }
    }
}
