package io.coppice.node.network.vpc;

import io.coppice.node.network.OpenFlow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Connections in a VPC's tracker, read on the host that a guest leaves and told to the one that it comes to. Without them a flow
 * whose next packet comes from the other side would be a new one there, judged as such and perhaps refused; and one that is
 * translated would have no addresses to go by. Source: conntrack(8).
 */
final class OpenFlows {
    private static final Logger LOG = Logger.getLogger(OpenFlows.class);

    private final Namespace inside;
    private final Path file;

    /**
     * Prepares to read and to tell.
     *
     * @param file where the lines are put for a moment
     */
    OpenFlows(Namespace inside, Path file) {
        this.inside = inside;
        this.file = file;
    }

    /** Those between these interfaces and other guests or the outside; what the host itself answers ends with the move. */
    List<OpenFlow> of(VpcView view, Collection<LocalInterface> interfaces) throws IOException {
        var own = addresses(interfaces);
        var services = FlowPolicy.services(view);
        var found = new ArrayList<OpenFlow>();
        for (var family : Family.of(view)) {
            inside.run("conntrack", "-L", "-f", family.protocol(), "-o", "save")
                    .lines()
                    .flatMap(line -> OpenFlow.parse(line).stream())
                    .filter(flow -> isOf(flow, own) && !services.contains(flow.answerSource()))
                    .forEach(found::add);
        }
        if (found.size() > OpenFlow.MOST) {
            LOG.warnf(
                    "%s: %d of %d open flows are not handed on",
                    view.vpc().getVpcId(), found.size() - OpenFlow.MOST, found.size());
        }
        return found.stream().limit(OpenFlow.MOST).toList();
    }

    /** Has the kernel remember those that are of these interfaces; what it knows already it keeps. */
    void remember(List<OpenFlow> flows, Collection<LocalInterface> interfaces) throws IOException {
        var own = addresses(interfaces);
        var lines = flows.stream()
                .filter(flow -> isOf(flow, own))
                .limit(OpenFlow.MOST)
                .map(OpenFlow::line)
                .toList();
        if (lines.isEmpty()) {
            return;
        }
        Files.write(file, lines);
        try {
            var result = inside.execute("conntrack", "-R", file.toString());
            if (!result.succeeded()) {
                // The guest is here whether or not its flows are: those that are lacking have to begin anew.
                LOG.warnf("open flows of a guest that came here are lost: %s", result.errors());
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static boolean isOf(OpenFlow flow, Set<String> own) {
        return own.contains(flow.source()) || own.contains(flow.answerSource());
    }

    private static Set<String> addresses(Collection<LocalInterface> interfaces) {
        return interfaces.stream()
                .flatMap(local -> {
                    var all = new HashSet<>(local.addresses());
                    all.addAll(local.ipv6());
                    return all.stream();
                })
                .collect(Collectors.toSet());
    }
}
