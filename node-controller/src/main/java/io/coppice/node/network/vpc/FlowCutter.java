package io.coppice.node.network.vpc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Has the kernel forget those flows of a VPC that are no longer allowed, and no others. Source: conntrack(8). */
final class FlowCutter {
    private static final Logger LOG = Logger.getLogger(FlowCutter.class);

    private final Namespace inside;
    private final Path file;

    /**
     * Prepares to cut.
     *
     * @param file where the list of what to forget is put for a moment
     */
    FlowCutter(Namespace inside, Path file) {
        this.inside = inside;
        this.file = file;
    }

    void cut(VpcView view) throws IOException {
        var policy = new FlowPolicy(view);
        var all = new ArrayList<Flow>();
        for (var family : Family.of(view)) {
            inside.run("conntrack", "-L", "-f", family.protocol())
                    .lines()
                    .flatMap(line -> Flow.parse(line).stream())
                    .forEach(all::add);
        }
        var refused = all.stream().filter(flow -> !policy.allows(flow)).collect(Collectors.toSet());
        if (refused.isEmpty()) {
            return;
        }
        Files.writeString(file, String.join("\n", FlowRemovals.of(all, refused)) + "\n");
        try {
            // A flow that ended meanwhile makes the program say so; the others are forgotten all the same.
            var result = inside.execute("conntrack", "-R", file.toString());
            LOG.infof("%s: cut %d flows that are no longer allowed", view.vpc().getVpcId(), refused.size());
            LOG.debugf("conntrack ended with %d: %s", result.exitCode(), result.errors());
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
