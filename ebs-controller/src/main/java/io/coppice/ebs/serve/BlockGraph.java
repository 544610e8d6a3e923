package io.coppice.ebs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which of a storage daemon's nodes lies over which, as it was at one moment. Immutable. Source: x-debug-query-block-graph in
 * qemu-storage-daemon-qmp-ref(7).
 */
final class BlockGraph {
    /** QEMU's own names, of nodes that it puts in itself, such as a running copy's. */
    private static final char UNNAMED = '#';

    private final JsonNode graph;
    private final Map<Long, String> names = new HashMap<>();

    private BlockGraph(JsonNode graph) {
        this.graph = graph;
        graph.path("nodes")
                .forEach(node ->
                        names.put(node.path("id").asLong(), node.path("name").asText()));
    }

    /** As it is now. */
    static BlockGraph of(Qmp qmp) throws IOException {
        return new BlockGraph(qmp.execute("x-debug-query-block-graph", Map.of()));
    }

    /** What a node's child of a kind, such as {@code file} or {@code backing}, is called. */
    Optional<String> child(String parent, String kind) {
        for (var edge : graph.path("edges")) {
            if (edge.path("name").asText().equals(kind)
                    && parent.equals(names.get(edge.path("parent").asLong()))) {
                return Optional.ofNullable(names.get(edge.path("child").asLong()));
            }
        }
        return Optional.empty();
    }

    /** The node that we named which a node is, or is a filter of. */
    static String named(String node, Qmp qmp) throws IOException {
        if (node.charAt(0) != UNNAMED) {
            return node;
        }
        var graph = of(qmp);
        var below = Optional.of(node);
        while (below.isPresent() && below.get().charAt(0) == UNNAMED) {
            below = graph.child(below.get(), "file");
        }
        return below.orElseThrow(() -> new IOException("the storage daemon does not know what " + node + " filters"));
    }
}
