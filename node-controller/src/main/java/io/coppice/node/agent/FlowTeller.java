package io.coppice.node.agent;

import io.coppice.node.network.NetworkEngine;
import io.coppice.proto.network.v1.FlowReport;
import io.coppice.proto.node.v1.NodeMessage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * Tells what was counted of recorded flows. Without a session it waits, as much of it as there is room for: the oldest goes first, and
 * what is told next says that something is missing. Thread-safe.
 */
final class FlowTeller {
    private static final Logger LOG = Logger.getLogger(FlowTeller.class);
    private static final int MOST_WAITING = 256;

    private final NetworkEngine engine;
    private final Duration period;
    private final Predicate<NodeMessage.Builder> uplink;
    // Guarded by this.
    private final Deque<FlowReport> waiting = new ArrayDeque<>();

    /**
     * Prepares to tell.
     *
     * @param period how long flows are counted together
     * @param uplink passes a message on; false without a session
     */
    FlowTeller(NetworkEngine engine, Duration period, Predicate<NodeMessage.Builder> uplink) {
        this.engine = engine;
        this.period = period;
        this.uplink = uplink;
    }

    /** Takes what is due from the engine, and passes on what waits. */
    synchronized void tell() {
        waiting.addAll(engine.recordedFlows(period));
        while (waiting.size() > MOST_WAITING) {
            var dropped = waiting.remove();
            LOG.warnf("flows of %s that were counted here are lost: nobody takes them", dropped.getVpcId());
            waiting.addFirst(incomplete(waiting.remove()));
        }
        while (!waiting.isEmpty() && uplink.test(NodeMessage.newBuilder().setFlowReport(waiting.element()))) {
            waiting.remove();
        }
    }

    private static FlowReport incomplete(FlowReport report) {
        var marked = report.toBuilder();
        marked.getInterfacesBuilderList().forEach(each -> each.setSkipped(true));
        return marked.build();
    }
}
