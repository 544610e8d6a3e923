package io.coppice.node.network.ovn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How values and operations of OVSDB are written in JSON. Source: RFC 7047, sections 5.1 and 5.2. */
final class Ovsdb {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String SET = "set";
    private static final String MAP = "map";
    private static final String UUID = "uuid";
    private static final String NAMED = "named-uuid";

    private Ovsdb() {}

    static JsonNode text(String value) {
        return JSON.textNode(value);
    }

    static JsonNode number(int value) {
        return JSON.numberNode(value);
    }

    static JsonNode texts(Collection<String> values) {
        return set(values.stream().map(Ovsdb::text).toList());
    }

    static JsonNode set(Collection<? extends JsonNode> values) {
        var elements = JSON.arrayNode();
        elements.addAll(List.copyOf(values));
        return pair(SET, elements);
    }

    static JsonNode map(Map<String, String> values) {
        var pairs = JSON.arrayNode();
        new TreeMap<>(values).forEach((key, value) -> pairs.add(pair(key, text(value))));
        return pair(MAP, pairs);
    }

    /** A row that is there. */
    static JsonNode uuid(String uuid) {
        return pair(UUID, text(uuid));
    }

    /** A row that the same transaction inserts under this name. */
    static JsonNode named(String name) {
        return pair(NAMED, text(name));
    }

    private static ArrayNode pair(String first, JsonNode second) {
        return JSON.arrayNode().add(first).add(second);
    }

    /** The elements of a set; a single one may stand for itself. */
    static List<JsonNode> elements(JsonNode value) {
        if (!value.path(0).asText().equals(SET)) {
            return value.isMissingNode() ? List.of() : List.of(value);
        }
        var all = new ArrayList<JsonNode>();
        value.path(1).forEach(all::add);
        return all;
    }

    /** The UUIDs in a set of references. */
    static List<String> references(JsonNode value) {
        return elements(value).stream().map(each -> each.path(1).asText()).toList();
    }

    static Map<String, String> entries(JsonNode value) {
        var all = new TreeMap<String, String>();
        value.path(1)
                .forEach(pair -> all.put(pair.path(0).asText(), pair.path(1).asText()));
        return all;
    }

    /** Whether two values are the same, whatever the order of their elements. */
    static boolean same(JsonNode one, JsonNode other) {
        return canonical(one).equals(canonical(other));
    }

    private static List<String> canonical(JsonNode value) {
        if (value.path(0).asText().equals(MAP)) {
            return List.of(entries(value).toString());
        }
        return elements(value).stream()
                .map(JsonNode::toString)
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    static ObjectNode operation(String operation, String table) {
        return JSON.objectNode().put("op", operation).put("table", table);
    }

    /** A condition on one column, all there is here. */
    static ArrayNode where(String column, String function, JsonNode value) {
        return JSON.arrayNode().add(JSON.arrayNode().add(column).add(function).add(value));
    }

    static JsonNode everywhere() {
        return JSON.arrayNode();
    }

    static ObjectNode select(String table, JsonNode where, String... columns) {
        var operation = operation("select", table);
        operation.set("where", where);
        if (columns.length > 0) {
            List.of(columns).forEach(operation.putArray("columns")::add);
        }
        return operation;
    }

    static ObjectNode insert(String table, String name, Map<String, JsonNode> columns) {
        var operation = operation("insert", table).put("uuid-name", name);
        operation.set("row", row(columns));
        return operation;
    }

    static ObjectNode update(String table, JsonNode where, Map<String, JsonNode> columns) {
        var operation = operation("update", table);
        operation.set("where", where);
        operation.set("row", row(columns));
        return operation;
    }

    /** Changes one column: by {@code insert} or {@code delete} of a set, by {@code +=} of a number. */
    static ObjectNode mutate(String table, JsonNode where, String column, String mutator, JsonNode value) {
        var operation = operation("mutate", table);
        operation.set("where", where);
        operation
                .putArray("mutations")
                .add(JSON.arrayNode().add(column).add(mutator).add(value));
        return operation;
    }

    static ObjectNode delete(String table, JsonNode where) {
        var operation = operation("delete", table);
        operation.set("where", where);
        return operation;
    }

    /** Refuses the transaction at once unless the column has this value. */
    static ObjectNode expect(String table, JsonNode where, String column, JsonNode value) {
        var operation = operation("wait", table).put("timeout", 0).put("until", "==");
        operation.set("where", where);
        operation.putArray("columns").add(column);
        operation.putArray("rows").add(row(Map.of(column, value)));
        return operation;
    }

    private static ObjectNode row(Map<String, JsonNode> columns) {
        var row = JSON.objectNode();
        new TreeMap<>(columns).forEach(row::set);
        return row;
    }
}
