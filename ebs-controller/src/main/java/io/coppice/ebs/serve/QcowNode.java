package io.coppice.ebs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A qcow2 that a storage daemon has open, under the name of its node. For one thread. Source: blockdev-reopen in
 * qemu-storage-daemon-qmp-ref(7).
 */
record QcowNode(Qmp qmp, String name) {
    /**
     * Writes out what the daemon keeps in memory of where its clusters are, while guests go on. There is no command that does so; opening a node
     * anew, as it is, begins with it (bdrv_reopen_multiple in block.c of QEMU).
     */
    void flush() throws IOException {
        var node = info();
        var graph = BlockGraph.of(qmp);
        var asOpened = new HashMap<String, Object>();
        asOpened.put("driver", "qcow2");
        asOpened.put("node-name", name);
        asOpened.put("discard", "unmap");
        asOpened.put("cache", cache(node.path("cache")));
        for (var child : List.of("file", "backing")) {
            graph.child(name, child).ifPresent(present -> asOpened.put(child, present));
        }
        if (node.path("image").path("encrypted").asBoolean()) {
            asOpened.put("encrypt", BlockDisk.ENCRYPTION);
        }
        qmp.execute("blockdev-reopen", Map.of("options", List.of(asOpened)));
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
            if (node.path("node-name").asText().equals(name)) {
                return node;
            }
        }
        throw new IOException("the storage daemon does not know " + name);
    }
}
