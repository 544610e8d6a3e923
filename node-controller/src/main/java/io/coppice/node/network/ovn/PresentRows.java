package io.coppice.node.network.ovn;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The rows that a VPC has in the northbound database at one moment. Not thread-safe. */
final class PresentRows {
    private final Map<Row.Id, Present> byId = new HashMap<>();
    private final List<Present> all = new ArrayList<>();
    /** By what a row is named in others. */
    private final Map<String, Set<Row.Link>> links = new HashMap<>();

    /** One row as it is. */
    record Present(Row.Id id, String owner, String uuid, JsonNode columns) {
        JsonNode where() {
            return Ovsdb.where("_uuid", "==", Ovsdb.uuid(uuid));
        }
    }

    /** Takes what a select from the table answered. */
    void add(Table table, JsonNode rows) {
        for (var row : rows) {
            var marks = Ovsdb.entries(row.path(Marks.COLUMN));
            var present = new Present(
                    new Row.Id(table, marks.getOrDefault(Marks.KEY, "")),
                    marks.getOrDefault(Marks.OWNER, ""),
                    row.path("_uuid").path(1).asText(),
                    row);
            all.add(present);
            byId.putIfAbsent(present.id(), present);
            for (var column : Marks.parentColumns(table)) {
                Ovsdb.references(row.path(column)).forEach(uuid -> links.computeIfAbsent(uuid, key -> new HashSet<>())
                        .add(new Row.Link(present.id(), column)));
            }
        }
    }

    Optional<Present> find(Row.Id id) {
        return Optional.ofNullable(byId.get(id));
    }

    List<Present> all() {
        return all;
    }

    /** Where the row is named by others of the VPC. */
    Set<Row.Link> links(Present row) {
        return links.getOrDefault(row.uuid(), Set.of());
    }
}
