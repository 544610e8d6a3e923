package io.coppice.ebs.serve;

import io.coppice.ebs.layer.Layers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Has a storage daemon copy what lies below a layer into it. It is done in two steps: QEMU 7.2 takes what is below away from a
 * layer, in its header, while it may still hold in memory alone where the copied clusters are, and would lose them with the process
 * (stream_prepare in block/stream.c writes the header and flushes nothing). So the copy waits when all is copied, is flushed, and
 * only then completed. For one thread. Source: block-stream, job-finalize and blockdev-reopen in qemu-storage-daemon-qmp-ref(7).
 */
final class Flattening {
    private static final Logger LOG = Logger.getLogger(Flattening.class);
    private static final String JOB = "flatten";

    private final Qmp qmp;

    Flattening(Qmp qmp) {
        this.qmp = qmp;
    }

    /** How far it is. */
    enum Progress {
        NOT_BEGUN,
        COPYING,
        /** All is in the layer, and what is below is still named by it. */
        COPIED
    }

    /** How far it is now. */
    Progress progress() throws IOException {
        for (var job : qmp.execute("query-jobs", Map.of())) {
            if (job.path("id").asText().equals(JOB)) {
                return job.path("status").asText().equals("pending") ? Progress.COPIED : Progress.COPYING;
            }
        }
        return Progress.NOT_BEGUN;
    }

    /** Begins to copy. */
    void begin(Path layer) throws IOException {
        qmp.execute("block-stream", Map.of("job-id", JOB, "device", LayerNodes.name(layer), "auto-finalize", false));
    }

    /** Makes durable what was copied, then takes what is below away; to be called when all is copied. */
    void complete(Path layer) throws IOException {
        flush(layer);
        qmp.execute("job-finalize", Map.of("id", JOB));
    }

    /** Begins to end it, without effect; what was copied stays copied. */
    void cancel() throws IOException {
        try {
            qmp.execute("block-job-cancel", Map.of("device", JOB, "force", true));
        } catch (QmpRefusal e) {
            LOG.debugf("the copy ended by itself: %s", e.getMessage());
        }
    }

    /** There is no command that flushes; opening a node anew, as it is, begins with that. */
    private void flush(Path layer) throws IOException {
        var name = LayerNodes.name(layer);
        var graph = BlockGraph.of(qmp);
        var options = new HashMap<String, Object>(Map.of("driver", "qcow2", "node-name", name, "discard", "unmap"));
        for (var child : List.of("file", "backing")) {
            options.put(
                    child,
                    graph.child(name, child)
                            .orElseThrow(() -> new IOException(
                                    "the storage daemon does not know the %s of %s".formatted(child, name))));
        }
        for (var node : qmp.execute("query-named-block-nodes", Map.of("flat", true))) {
            if (node.path("node-name").asText().equals(name)) {
                options.put(
                        "cache",
                        Map.of("direct", node.path("cache").path("direct").asBoolean()));
            }
        }
        if (Layers.isEncrypted(layer)) {
            options.put("encrypt", LayerNodes.ENCRYPTION);
        }
        qmp.execute("blockdev-reopen", Map.of("options", List.of(options)));
    }
}
