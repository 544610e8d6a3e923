package io.coppice.ebs.serve;

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
 * only then completed. For one thread. Source: block-stream and job-finalize in
 * qemu-storage-daemon-qmp-ref(7).
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
        var arguments = new HashMap<String, Object>();
        arguments.put("job-id", JOB);
        arguments.put("device", LayerNodes.name(layer));
        arguments.put("filter-node-name", LayerNodes.copy(layer));
        arguments.put("auto-finalize", false);
        qmp.execute("block-stream", arguments);
    }

    /**
     * Makes durable what was copied, then takes what is below away; to be called when all is copied.
     *
     * @param chain the layer, and all below it
     */
    void complete(List<Path> chain) throws IOException {
        new OpenLayer(qmp, chain).flush();
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
}
