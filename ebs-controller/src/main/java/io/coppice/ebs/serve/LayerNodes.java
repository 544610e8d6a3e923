package io.coppice.ebs.serve;

import io.coppice.ebs.layer.Layers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Layers in the words of qemu-storage-daemon-qmp-ref(7), as block nodes. Stateless. */
final class LayerNodes {
    private LayerNodes() {}

    /** What a layer is called. */
    static String name(Path layer) {
        var file = String.valueOf(layer.getFileName());
        // Begins with a letter, as QEMU wants it.
        return "l" + file.substring(0, file.lastIndexOf('.'));
    }

    /** The layer in {@code folder} that is called so. */
    static Path layer(Path folder, String name) {
        return folder.resolve(name.substring(1) + ".qcow2");
    }

    /** A tower, from its top: QEMU finds what is below by itself, unless it must be told of a key for each layer. */
    static Map<String, @Nullable Object> tower(List<Path> chain, LayerAccess access) throws IOException {
        var node = named(chain.getFirst(), access);
        if (Layers.isEncrypted(chain.getFirst()) && chain.size() > 1) {
            node.put("backing", below(chain.subList(1, chain.size()), access));
        }
        return node;
    }

    /** The top alone; what is below is linked by another command: opening it from the header would open it twice. */
    static Map<String, @Nullable Object> overlay(Path layer, LayerAccess access) throws IOException {
        var node = named(layer, access);
        node.put("backing", null);
        return node;
    }

    private static Map<String, @Nullable Object> named(Path layer, LayerAccess access) throws IOException {
        var node = node(layer, access);
        node.put("node-name", name(layer));
        return node;
    }

    private static Map<String, @Nullable Object> below(List<Path> chain, LayerAccess access) throws IOException {
        var node = node(chain.getFirst(), access);
        if (chain.size() > 1) {
            node.put("backing", below(chain.subList(1, chain.size()), access));
        }
        return node;
    }

    private static Map<String, @Nullable Object> node(Path layer, LayerAccess access) throws IOException {
        var node = new HashMap<String, @Nullable Object>();
        node.put("driver", "qcow2");
        node.put("cache", access.cache());
        node.put("discard", "unmap");
        node.put("file", file(layer, access.access()));
        if (Layers.isEncrypted(layer)) {
            node.put("encrypt", BlockDisk.ENCRYPTION);
        }
        return node;
    }

    private static Map<String, String> file(Path layer, DiskAccess access) {
        return Map.of("driver", "file", "filename", layer.toString(), "discard", "unmap", "aio", access.aio());
    }
}
