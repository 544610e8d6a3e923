package io.coppice.cloud.compute;

import io.coppice.cloud.compute.InstanceStates.ActionOutcome;
import io.coppice.cloud.compute.InstanceStates.Observed;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes {@code docs/generated/instance-states.md} from {@link InstanceStates}. */
final class InstanceStatesPage {
    private InstanceStatesPage() {}

    static String write() {
        var page = new StringBuilder();
        page.append("# The states of an instance\n\n");
        page.append("Generated from `InstanceStates`; a test fails when the two differ.\n\n");
        page.append("```mermaid\nstateDiagram-v2\n");
        page.append("    [*] --> pending: RunInstances\n");
        arrows().forEach((arrow, causes) -> page.append("    ")
                .append(arrow)
                .append(": ")
                .append(String.join(", ", causes))
                .append('\n'));
        page.append("    terminated --> [*]: an hour later\n```\n\n");
        appendActions(page);
        appendObservations(page);
        return page.toString();
    }

    private static Map<String, Set<String>> arrows() {
        var arrows = new LinkedHashMap<String, Set<String>>();
        for (var state : InstanceState.values()) {
            for (var action : InstanceAction.values()) {
                if (InstanceStates.decide(state, action) instanceof ActionOutcome.Change change) {
                    add(arrows, state, change.next(), action.awsAction());
                }
            }
            for (var phase : InstancePhase.values()) {
                var next =
                        InstanceStates.after(state, InstanceStates.observe(state, phase, false), ShutdownBehavior.STOP);
                add(arrows, state, next, "observed " + name(phase));
            }
            for (var behavior : ShutdownBehavior.values()) {
                var observed = InstanceStates.observe(state, InstancePhase.STOPPED, true);
                if (observed == Observed.GUEST_SHUT_DOWN) {
                    add(
                            arrows,
                            state,
                            InstanceStates.after(state, observed, behavior),
                            "guest shut down (" + behavior.awsName() + ")");
                }
            }
        }
        return arrows;
    }

    private static void add(Map<String, Set<String>> arrows, InstanceState from, InstanceState next, String cause) {
        if (from != next) {
            arrows.computeIfAbsent(diagramName(from) + " --> " + diagramName(next), key -> new LinkedHashSet<>())
                    .add(cause);
        }
    }

    private static void appendActions(StringBuilder page) {
        page.append("## What users may ask\n\n| state | code |");
        for (var action : InstanceAction.values()) {
            page.append(' ').append(action.awsAction()).append(" |");
        }
        page.append("\n|---|---|---|---|---|---|\n");
        for (var state : InstanceState.values()) {
            page.append("| ")
                    .append(state.awsName())
                    .append(" | ")
                    .append(state.code())
                    .append(" |");
            for (var action : InstanceAction.values()) {
                page.append(' ')
                        .append(text(InstanceStates.decide(state, action)))
                        .append(" |");
            }
            page.append('\n');
        }
        page.append('\n');
    }

    private static void appendObservations(StringBuilder page) {
        page.append("## What an observation makes of it\n\n| state | ");
        page.append(java.util.Arrays.stream(InstancePhase.values())
                .map(InstanceStatesPage::name)
                .collect(Collectors.joining(" | ")));
        page.append(" |\n|---")
                .append("|---".repeat(InstancePhase.values().length))
                .append("|\n");
        for (var state : InstanceState.values()) {
            page.append("| ").append(state.awsName()).append(" |");
            for (var phase : InstancePhase.values()) {
                page.append(' ')
                        .append(text(InstanceStates.observe(state, phase, false)))
                        .append(" |");
            }
            page.append('\n');
        }
        page.append("\nIn pending and running, a guest that shut itself down is stopped or shutting-down by the\n");
        page.append("instance's shutdown behaviour. *again* means that the zone is told once more what is wanted.\n");
    }

    private static String text(ActionOutcome outcome) {
        return switch (outcome) {
            case ActionOutcome.Change change -> "→ " + change.next().awsName();
            case ActionOutcome.Reboot _ -> "reboots";
            case ActionOutcome.Nothing _ -> "no change";
            case ActionOutcome.Refused refused -> "IncorrectInstanceState: " + refused.reason();
        };
    }

    private static String text(Observed observed) {
        return switch (observed) {
            case WAIT -> "–";
            case NOW_RUNNING -> "running";
            case NOW_STOPPED -> "stopped";
            case NOW_TERMINATED -> "terminated";
            case GUEST_SHUT_DOWN -> "by shutdown behaviour";
            case APPLY_AGAIN -> "again";
        };
    }

    private static String name(InstancePhase phase) {
        return phase.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String diagramName(InstanceState state) {
        return state.awsName().replace('-', '_');
    }
}
