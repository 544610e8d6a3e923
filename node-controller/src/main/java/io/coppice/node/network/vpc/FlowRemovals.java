package io.coppice.node.network.vpc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Puts the flows that are to be forgotten into few lines of conntrack(8), which looks at the whole table for each. A line stands for
 * many flows where all that it fits are refused: those with an address that has moved, those of a service that is closed. Pure.
 */
final class FlowRemovals {
    /** From the widest to the narrowest; each names what answers too, so that a flow that begins meanwhile to another guest stays. */
    private static final List<Function<Flow, Optional<String>>> KINDS = List.of(
            flow -> Optional.of("-D -d %s -r %s".formatted(flow.destination(), flow.answerSource())),
            flow -> Optional.of("-D -s %s -q %s".formatted(flow.source(), flow.answerDestination())),
            flow -> service(flow).map(port -> "%s -r %s".formatted(port, flow.answerSource())),
            flow -> service(flow).map(port -> "%s -s %s".formatted(port, flow.source())));

    private FlowRemovals() {}

    private static Optional<String> service(Flow flow) {
        return flow.protocol() == SecurityRules.TCP || flow.protocol() == SecurityRules.UDP
                ? Optional.of("-D -p %d --dport %d".formatted(flow.protocol(), flow.port()))
                : Optional.empty();
    }

    /**
     * The lines that forget the refused flows and none of the others.
     *
     * @param refused some of {@code all}
     */
    static List<String> of(List<Flow> all, Set<Flow> refused) {
        var left = new LinkedHashSet<>(refused);
        var lines = new ArrayList<String>();
        for (var kind : KINDS) {
            if (left.size() <= 1) {
                break;
            }
            var spared = new HashSet<String>();
            all.stream().filter(flow -> !refused.contains(flow)).forEach(flow -> kind.apply(flow)
                    .ifPresent(spared::add));
            var fitting = new HashMap<String, List<Flow>>();
            left.forEach(flow -> kind.apply(flow)
                    .filter(line -> !spared.contains(line))
                    .ifPresent(line -> fitting.computeIfAbsent(line, any -> new ArrayList<>())
                            .add(flow)));
            fitting.entrySet().stream()
                    .filter(each -> each.getValue().size() > 1)
                    .map(Map.Entry::getKey)
                    .forEach(lines::add);
            fitting.values().stream().filter(flows -> flows.size() > 1).forEach(flows -> flows.forEach(left::remove));
        }
        left.forEach(flow -> lines.add(flow.removal()));
        return List.copyOf(lines);
    }
}
