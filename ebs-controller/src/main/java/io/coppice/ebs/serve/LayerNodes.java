package io.coppice.ebs.serve;

import io.coppice.ebs.layer.LayerName;
import io.coppice.ebs.layer.Layers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Layers in the words of qemu-storage-daemon-qmp-ref(7), as block nodes. Stateless. */
final class LayerNodes {
    private static final char LAYER = 'l';
    private static final char FILE = 'f';
    private static final char COPY = 'c';

    private LayerNodes() {}

    /** What a layer is called. */
    static String name(Path layer) {
        return named(LAYER, layer);
    }

    /** What a layer's file is called. */
    static String file(Path layer) {
        return named(FILE, layer);
    }

    /** What stands above a layer while what is below it is copied into it. */
    static String copy(Path layer) {
        return named(COPY, layer);
    }

    /** Begins with a letter, as QEMU wants it. */
    private static String named(char kind, Path layer) {
        return kind + LayerName.of(layer).text();
    }

    /** The layer's own name, of a layer or what stands above it. */
    static String layer(String name) {
        return name.charAt(0) == COPY ? LAYER + name.substring(1) : name;
    }

    /** The layer in {@code folder} that is called so. */
    static Path layer(Path folder, String name) {
        return folder.resolve(name.substring(1) + ".qcow2");
    }

    /** A tower, from its top. What is below is told layer by layer, and not left to be found by the header: so each has its name. */
    static Map<String, @Nullable Object> tower(List<Path> chain, LayerAccess access) throws IOException {
        var node = node(chain.getFirst(), access);
        if (chain.size() > 1) {
            node.put("backing", tower(chain.subList(1, chain.size()), access));
        }
        return node;
    }

    /** The top alone; what is below is linked by another command: opening it from the header would open it twice. */
    static Map<String, @Nullable Object> overlay(Path layer, LayerAccess access) throws IOException {
        var node = node(layer, access);
        node.put("backing", null);
        return node;
    }

    private static Map<String, @Nullable Object> node(Path layer, LayerAccess access) throws IOException {
        var node = new HashMap<String, @Nullable Object>();
        node.put("driver", "qcow2");
        node.put("node-name", name(layer));
        node.put("cache", access.cache());
        node.put("discard", "unmap");
        node.put("file", fileNode(layer, access.access()));
        if (Layers.isEncrypted(layer)) {
            node.put("encrypt", BlockDisk.ENCRYPTION);
        }
        return node;
    }

    private static Map<String, String> fileNode(Path layer, DiskAccess access) {
        return Map.of(
                "driver", "file",
                "node-name", file(layer),
                "filename", layer.toString(),
                "discard", "unmap",
                "aio", access.aio());
    }
}
