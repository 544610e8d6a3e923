package io.coppice.cloud.access;

import io.coppice.cloud.action.ActionRegistry.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The tables {@code ec2.txt}, {@code iam.txt} and {@code sts.txt}: what each action is about. Immutable. */
public final class ActionRules {
    private final Map<Service, Map<String, ActionRule>> byService;

    private ActionRules(Map<Service, Map<String, ActionRule>> byService) {
        this.byService = byService;
    }

    /** Reads the tables; a fault in them is a fault of the build. */
    public static ActionRules load() {
        var byService = new EnumMap<Service, Map<String, ActionRule>>(Service.class);
        for (var service : Service.values()) {
            byService.put(service, read(service.name().toLowerCase(Locale.ROOT) + ".txt"));
        }
        return new ActionRules(byService);
    }

    /** The rule of an action; of one that no table names, that it is about no single resource. */
    ActionRule of(Service service, String action) {
        var rule = table(service).get(action);
        return rule != null ? rule : ActionRule.unnamed(action);
    }

    /** The actions that the table names, in order. */
    Collection<ActionRule> rules(Service service) {
        return table(service).values();
    }

    /** The actions that the table of a service names, in order; all others are about no single resource. */
    public List<String> actions(Service service) {
        return rules(service).stream().map(ActionRule::action).toList();
    }

    /** For the reference: each resource of the action as policies write it, with its condition keys. */
    public String describe(Service service, String action) {
        var rule = of(service, action);
        if (rule.open()) {
            return "open to every caller";
        }
        if (rule.resources().isEmpty()) {
            return "`*`";
        }
        var text = new StringBuilder();
        for (var resource : rule.resources()) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append('`')
                    .append(resource.kind())
                    .append('`');
            if (resource.absence() == ResourceRule.Absence.NOTHING) {
                text.append(" (if named)");
            }
            if (!resource.keys().isEmpty()) {
                text.append(" (")
                        .append(String.join(
                                ", ", resource.keys().keySet().stream().sorted().toList()))
                        .append(')');
            }
        }
        rule.objects()
                .forEach((also, field) -> text.append(", and `").append(also).append("` on the object"));
        return text.toString();
    }

    private Map<String, ActionRule> table(Service service) {
        return byService.getOrDefault(service, Map.of());
    }

    private static Map<String, ActionRule> read(String file) {
        try (var bytes = ActionRules.class.getResourceAsStream(file)) {
            if (bytes == null) {
                throw new IllegalStateException(file + " is missing beside " + ActionRules.class);
            }
            var rules = new TreeMap<String, ActionRule>();
            Arrays.stream(new String(bytes.readAllBytes(), StandardCharsets.UTF_8).split("\n"))
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(ActionRule::parse)
                    .forEach(rule -> {
                        if (rules.put(rule.action(), rule) != null) {
                            throw new IllegalStateException(file + " names " + rule.action() + " twice");
                        }
                    });
            return rules;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
