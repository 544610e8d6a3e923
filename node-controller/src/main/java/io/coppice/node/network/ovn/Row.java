package io.coppice.node.network.ovn;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * A row that a VPC should have. Which row it is says its key, which no other of the VPC has in that table.
 *
 * @param owner the host whose row it is; empty for what all hosts write alike
 * @param columns what it says; other columns are left alone
 * @param references columns that name one other row, by that row
 * @param links columns of other rows that name this one
 */
record Row(Id id, String owner, Map<String, JsonNode> columns, Map<String, Id> references, List<Link> links) {
    /** Which row of a VPC. */
    record Id(Table table, String key) {}

    /** A column, which is a set of rows, of another row. */
    record Link(Id id, String column) {}

    /** One that is all hosts'. */
    static Row shared(Table table, String key, Map<String, JsonNode> columns, Link... links) {
        return new Row(new Id(table, key), "", columns, Map.of(), List.of(links));
    }

    static Link link(Table table, String key, String column) {
        return new Link(new Id(table, key), column);
    }
}
