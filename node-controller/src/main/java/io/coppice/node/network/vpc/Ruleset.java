package io.coppice.node.network.vpc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One nftables table as it should be, and the transaction that leads from another state of it to this one: a changed rule touches
 * its chain, a changed element its set, and nothing else. Source: nft(8). Immutable once {@link Builder#build built}.
 */
final class Ruleset {
    private final String table;
    private final Map<String, Elements> sets;
    private final Map<String, Chain> chains;

    /**
     * A named set or map.
     *
     * @param kind {@code set} or {@code map}
     * @param type what stands behind "type"
     * @param values what each element leads to; empty texts in a set
     */
    private record Elements(String kind, String type, Map<String, String> values) {
        String declaration() {
            return "type " + type + ";";
        }

        String added(List<String> keys) {
            return keys.stream()
                    .map(key -> kind.equals("map") ? key + " : " + values.get(key) : key)
                    .collect(Collectors.joining(", "));
        }
    }

    /**
     * A chain.
     *
     * @param hook the type, hook, priority and policy of a base chain, empty for others
     */
    private record Chain(String hook, List<String> rules) {}

    private Ruleset(String table, Map<String, Elements> sets, Map<String, Chain> chains) {
        this.table = table;
        this.sets = sets;
        this.chains = chains;
    }

    static Builder builder(String family, String name) {
        return new Builder(family + " " + name);
    }

    /** The table's family and name. */
    String table() {
        return table;
    }

    /** Replaces whatever is there by this, in one transaction. */
    String whole() {
        var script = new StringBuilder("add table %1$s\ndelete table %1$s\nadd table %1$s\n".formatted(table));
        sets.forEach((name, set) -> declare(script, name, set));
        chains.forEach((name, chain) -> declare(script, name, chain));
        sets.forEach(
                (name, set) -> add(script, name, set, List.copyOf(set.values().keySet())));
        chains.forEach((name, chain) -> addRules(script, name, chain));
        return script.toString();
    }

    /** The transaction that makes {@code before} this; empty when they are the same. */
    String changesFrom(@Nullable Ruleset before) {
        if (before == null || !before.table.equals(table) || before.differsInShape(this)) {
            return whole();
        }
        var script = new StringBuilder();
        sets.forEach((name, set) -> {
            if (!before.sets.containsKey(name)) {
                declare(script, name, set);
            }
        });
        var changed = new ArrayList<String>();
        chains.forEach((name, chain) -> {
            var old = before.chains.get(name);
            if (old == null) {
                declare(script, name, chain);
                changed.add(name);
            } else if (!old.equals(chain)) {
                script.append("flush chain %s %s\n".formatted(table, name));
                changed.add(name);
            }
        });
        var gone = before.chains.keySet().stream()
                .filter(name -> !chains.containsKey(name))
                .toList();
        before.sets.forEach((name, set) -> remove(script, name, set, outdated(name, set)));
        gone.forEach(name -> script.append("flush chain %s %s\n".formatted(table, name)));
        sets.forEach((name, set) -> add(script, name, set, missing(before.sets.get(name), set)));
        changed.forEach(name -> addRules(script, name, Objects.requireNonNull(chains.get(name))));
        gone.forEach(name -> script.append("delete chain %s %s\n".formatted(table, name)));
        before.sets.forEach((name, set) -> {
            if (!sets.containsKey(name)) {
                script.append("delete %s %s %s\n".formatted(set.kind(), table, name));
            }
        });
        return script.toString();
    }

    /** Whether something that could have allowed a packet is no longer the same. */
    boolean mayForbidMoreThan(Ruleset before) {
        var elementsGone = before.sets.entrySet().stream()
                .anyMatch(entry -> !sets.containsKey(entry.getKey())
                        || !outdated(entry.getKey(), entry.getValue()).isEmpty());
        var chainsChanged = before.chains.entrySet().stream()
                .anyMatch(entry -> isNarrower(entry.getValue(), chains.get(entry.getKey())));
        return elementsGone || chainsChanged;
    }

    /** Rules that are looked at for open flows only allow: one more of them forbids nothing. */
    private static boolean isNarrower(Chain before, @Nullable Chain now) {
        return now == null || !now.rules().containsAll(before.rules());
    }

    private boolean differsInShape(Ruleset now) {
        return sets.entrySet().stream().anyMatch(entry -> {
                    var other = now.sets.get(entry.getKey());
                    return other != null
                            && !other.declaration().equals(entry.getValue().declaration());
                })
                || chains.entrySet().stream().anyMatch(entry -> {
                    var other = now.chains.get(entry.getKey());
                    return other != null
                            && !other.hook().equals(entry.getValue().hook());
                });
    }

    private List<String> outdated(String name, Elements before) {
        var now = sets.get(name);
        if (now == null) {
            return List.of();
        }
        return before.values().entrySet().stream()
                .filter(entry -> !entry.getValue().equals(now.values().get(entry.getKey())))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static List<String> missing(@Nullable Elements before, Elements now) {
        return now.values().entrySet().stream()
                .filter(entry -> before == null
                        || !entry.getValue().equals(before.values().get(entry.getKey())))
                .map(Map.Entry::getKey)
                .toList();
    }

    private void declare(StringBuilder script, String name, Elements set) {
        script.append("add %s %s %s { %s }\n".formatted(set.kind(), table, name, set.declaration()));
    }

    private void declare(StringBuilder script, String name, Chain chain) {
        script.append("add chain %s %s".formatted(table, name));
        script.append(chain.hook().isEmpty() ? "\n" : " { %s; }\n".formatted(chain.hook()));
    }

    private void add(StringBuilder script, String name, Elements set, List<String> keys) {
        if (!keys.isEmpty()) {
            script.append("add element %s %s { %s }\n".formatted(table, name, set.added(keys)));
        }
    }

    private void remove(StringBuilder script, String name, Elements set, List<String> keys) {
        if (!keys.isEmpty()) {
            script.append("delete element %s %s { %s }\n".formatted(table, name, set.added(keys)));
        }
    }

    private void addRules(StringBuilder script, String name, Chain chain) {
        chain.rules().forEach(rule -> script.append("add rule %s %s %s\n".formatted(table, name, rule)));
    }

    /** Collects a table; not thread-safe. */
    static final class Builder {
        private final String table;
        private final Map<String, Elements> sets = new LinkedHashMap<>();
        private final Map<String, Chain> chains = new LinkedHashMap<>();

        private Builder(String table) {
            this.table = table;
        }

        /** A set of single values. */
        Builder set(String name, String type, Iterable<String> elements) {
            var values = new LinkedHashMap<String, String>();
            elements.forEach(element -> values.put(element, ""));
            sets.put(name, new Elements("set", type, values));
            return this;
        }

        /** A map, for example from addresses to verdicts. */
        Builder map(String name, String type, Map<String, String> elements) {
            sets.put(name, new Elements("map", type, new LinkedHashMap<>(elements)));
            return this;
        }

        /** A chain that packets reach by rules. */
        Builder chain(String name, List<String> rules) {
            chains.put(name, new Chain("", List.copyOf(rules)));
            return this;
        }

        /** A chain that packets reach by themselves. */
        Builder baseChain(String name, String hook, List<String> rules) {
            chains.put(name, new Chain(hook, List.copyOf(rules)));
            return this;
        }

        Ruleset build() {
            return new Ruleset(table, sets, chains);
        }
    }
}
