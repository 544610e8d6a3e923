package io.coppice.ebs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A layer that a storage daemon has open. For one thread. Source: blockdev-reopen in qemu-storage-daemon-qmp-ref(7).
 *
 * @param chain the layer, and all below it
 */
record OpenLayer(Qmp qmp, List<Path> chain) {
    /**
     * Writes out what the daemon keeps in memory of where its clusters are, while guests go on. There is no command that does so; opening a node
     * anew, as it is, begins with it (bdrv_reopen_multiple in block.c of QEMU).
     */
    void flush() throws IOException {
        var node = info();
        var asOpened = new HashMap<String, Object>();
        asOpened.put("driver", "qcow2");
        asOpened.put("node-name", name());
        asOpened.put("discard", "unmap");
        asOpened.put("cache", cache(node.path("cache")));
        asOpened.put("file", LayerNodes.file(chain.getFirst()));
        if (chain.size() > 1) {
            asOpened.put("backing", LayerNodes.name(chain.get(1)));
        }
        if (node.path("image").path("encrypted").asBoolean()) {
            asOpened.put("encrypt", BlockDisk.ENCRYPTION);
        }
        qmp.execute("blockdev-reopen", Map.of("options", List.of(asOpened)));
    }

    private String name() {
        return LayerNodes.name(chain.getFirst());
    }

    private static Map<String, Boolean> cache(JsonNode node) {
        var options = new HashMap<String, Boolean>();
        for (var option : List.of("direct", "no-flush")) {
            options.put(option, node.path(option).asBoolean());
        }
        return options;
    }

    private JsonNode info() throws IOException {
        for (var node : qmp.execute("query-named-block-nodes", Map.of("flat", true))) {
            if (node.path("node-name").asText().equals(name())) {
                return node;
            }
        }
        throw new IOException("the storage daemon does not know " + name());
    }
}
