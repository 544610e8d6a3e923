package io.coppice.wire.query;

import io.coppice.wire.error.AwsException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Parameters as the tree that the dots in their names describe. Filled once, then read. */
final class ParameterTree {
    private final String path;
    private final Map<String, ParameterTree> children = new TreeMap<>();
    private @Nullable String value;

    private ParameterTree(String path) {
        this.path = path;
    }

    static ParameterTree of(QueryParameters parameters, QueryLimits limits) {
        var root = new ParameterTree("");
        parameters.values().forEach((name, value) -> root.descend(name, limits.maxDepth()).value = value);
        return root;
    }

    /** The full name, as the user wrote it. */
    String path() {
        return path;
    }

    @Nullable
    String value() {
        return value;
    }

    @Nullable
    ParameterTree child(String name) {
        return children.get(name);
    }

    Map<String, ParameterTree> children() {
        return children;
    }

    /** The numbered children in the order of their numbers; gaps do not matter, anything but a number is refused. */
    List<ParameterTree> items() {
        var numbered = new ArrayList<Item>();
        children.forEach((name, child) -> numbered.add(new Item(index(name, child), child)));
        numbered.sort(Comparator.comparingInt(Item::index));
        return numbered.stream().map(Item::tree).toList();
    }

    private static int index(String name, ParameterTree child) {
        try {
            return Integer.parseUnsignedInt(name);
        } catch (NumberFormatException e) {
            throw AwsException.client(
                    "MalformedQueryString", "The parameter " + child.path + " must be numbered, as in Name.1.");
        }
    }

    private ParameterTree descend(String name, int maxDepth) {
        var node = this;
        var depth = 0;
        for (int start = 0; start <= name.length(); ) {
            var dot = name.indexOf('.', start);
            var end = dot < 0 ? name.length() : dot;
            if (++depth > maxDepth) {
                throw AwsException.client(
                        "MalformedQueryString", "A parameter's name has more than " + maxDepth + " parts.");
            }
            var part = name.substring(start, end);
            var childPath = name.substring(0, end);
            node = node.children.computeIfAbsent(part, any -> new ParameterTree(childPath));
            start = end + 1;
        }
        return node;
    }

    private record Item(int index, ParameterTree tree) {}
}
