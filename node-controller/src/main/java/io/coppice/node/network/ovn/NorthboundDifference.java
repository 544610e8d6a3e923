package io.coppice.node.network.ovn;

import com.fasterxml.jackson.databind.JsonNode;
import io.coppice.node.network.ovn.Northbound.Wanted;
import io.coppice.node.network.ovn.PresentRows.Present;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The operations that make the rows of a VPC what a host wants of them. It touches what is this host's, and what all share unless
 * that was written from a newer generation; rows of other hosts it leaves alone. Not thread-safe.
 */
final class NorthboundDifference {
    private final PresentRows present;
    private final Wanted wanted;
    private final Map<String, String> guardMarks;
    private final long written;
    private final List<JsonNode> inserts = new ArrayList<>();
    private final List<JsonNode> changes = new ArrayList<>();
    /** By parent's row and column and what to do: the rows that it names from now on or no longer. */
    private final Map<Change, List<JsonNode>> links = new LinkedHashMap<>();
    /** How rows are named in the transaction: those that are there and those that it inserts. */
    private final Map<Row.Id, JsonNode> names = new HashMap<>();

    private record Change(Row.Link link, String mutator) {}

    private NorthboundDifference(PresentRows present, Wanted wanted) {
        this.present = present;
        this.wanted = wanted;
        this.guardMarks = present.find(Marks.GUARD)
                .map(guard -> Ovsdb.entries(guard.columns().path(Marks.COLUMN)))
                .orElse(Map.of());
        this.written = Long.parseLong(guardMarks.getOrDefault(Marks.GENERATION, "0"));
    }

    /** Empty when all is as it should be. */
    static List<JsonNode> between(PresentRows present, Wanted wanted) {
        return new NorthboundDifference(present, wanted).operations();
    }

    private List<JsonNode> operations() {
        var rows = rows();
        var kept = rows.stream().map(Row::id).collect(Collectors.toSet());
        nameAll(rows);
        var gone = present.all().stream()
                .filter(row -> isStray(row) || (mayTouch(row) && !kept.contains(row.id())))
                .toList();
        rows.forEach(row -> present.find(row.id()).ifPresentOrElse(there -> change(there, row), () -> insert(row)));
        remove(gone);
        links.forEach((change, named) -> changes.add(Ovsdb.mutate(
                change.link().id().table().title(),
                Ovsdb.where("_uuid", "==", named(change.link().id())),
                change.link().column(),
                change.mutator(),
                Ovsdb.set(named))));
        if (inserts.isEmpty() && changes.isEmpty()) {
            return List.of();
        }
        return guarded(!rows.isEmpty());
    }

    /** What this host has a say in, as it should be. */
    private List<Row> rows() {
        var others = present.all().stream()
                .anyMatch(row -> !row.owner().isEmpty() && !row.owner().equals(wanted.node()));
        if (wanted.own().isEmpty()) {
            return others ? kept() : List.of();
        }
        var shared = isCurrent() ? wanted.shared() : List.<Row>of();
        return Stream.concat(shared.stream(), wanted.own().stream().filter(this::isOurs))
                .toList();
    }

    /** Nothing of this host's is left, others' is: what all share stays theirs to write. */
    private List<Row> kept() {
        return present.all().stream()
                .filter(row -> row.owner().isEmpty())
                .map(row -> new Row(row.id(), "", Map.of(), Map.of(), List.copyOf(present.links(row))))
                .toList();
    }

    private boolean isCurrent() {
        return wanted.generation() >= written;
    }

    private boolean isOurs(Row row) {
        return present.find(row.id())
                .map(there -> there.owner().equals(wanted.node())
                        || wanted.claimed().contains(row.id().key()))
                .orElse(true);
    }

    private boolean mayTouch(Present row) {
        return row.owner().isEmpty()
                ? isCurrent() || wanted.own().isEmpty()
                : row.owner().equals(wanted.node());
    }

    /** A second row with the same key, or one without: nobody of ours wrote it. */
    private boolean isStray(Present row) {
        return mayTouch(row) && present.find(row.id()).filter(row::equals).isEmpty();
    }

    private void nameAll(List<Row> rows) {
        present.all().forEach(row -> names.putIfAbsent(row.id(), Ovsdb.uuid(row.uuid())));
        rows.forEach(row -> names.computeIfAbsent(row.id(), id -> Ovsdb.named("row" + names.size())));
    }

    private JsonNode named(Row.Id id) {
        return Objects.requireNonNull(names.get(id), id::toString);
    }

    private void insert(Row row) {
        var columns = new HashMap<>(row.columns());
        columns.put(Marks.COLUMN, Ovsdb.map(marks(row)));
        row.references().forEach((column, id) -> {
            if (names.containsKey(id)) {
                columns.put(column, named(id));
            }
        });
        inserts.add(
                Ovsdb.insert(row.id().table().title(), named(row.id()).path(1).asText(), columns));
        row.links().forEach(link -> link(link, "insert", row.id()));
    }

    private void link(Row.Link link, String mutator, Row.Id row) {
        if (names.containsKey(link.id())) {
            links.computeIfAbsent(new Change(link, mutator), key -> new ArrayList<>())
                    .add(named(row));
        }
    }

    private void change(Present there, Row row) {
        var columns = new HashMap<String, JsonNode>();
        row.columns().forEach((column, value) -> {
            if (!Ovsdb.same(there.columns().path(column), value)) {
                columns.put(column, value);
            }
        });
        row.references().forEach((column, id) -> {
            var value = names.containsKey(id) ? named(id) : Ovsdb.set(List.of());
            if (!Ovsdb.same(there.columns().path(column), value)) {
                columns.put(column, value);
            }
        });
        if (!there.owner().equals(row.owner())) {
            columns.put(Marks.COLUMN, Ovsdb.map(marks(row)));
        }
        if (!columns.isEmpty()) {
            changes.add(Ovsdb.update(row.id().table().title(), there.where(), columns));
        }
        var now = present.links(there);
        var should = Set.copyOf(row.links());
        should.stream().filter(link -> !now.contains(link)).forEach(link -> link(link, "insert", row.id()));
        now.stream().filter(link -> !should.contains(link)).forEach(link -> link(link, "delete", row.id()));
    }

    /** What is left without a row that names it goes by itself. */
    private void remove(List<Present> gone) {
        var roots = new HashSet<Row.Id>();
        for (var row : gone) {
            if (row.id().table().isRoot()) {
                roots.add(row.id());
                changes.add(Ovsdb.delete(row.id().table().title(), row.where()));
            }
        }
        for (var row : gone) {
            for (var link : present.links(row)) {
                if (!roots.contains(link.id())) {
                    links.computeIfAbsent(new Change(link, "delete"), key -> new ArrayList<>())
                            .add(Ovsdb.uuid(row.uuid()));
                }
            }
        }
    }

    private Map<String, String> marks(Row row) {
        var marks = new HashMap<>(
                Map.of(Marks.VPC, wanted.vpcId(), Marks.KEY, row.id().key(), Marks.OWNER, row.owner()));
        if (row.id().equals(Marks.GUARD)) {
            marks.put(Marks.CHANGE, UUID.randomUUID().toString());
            marks.put(Marks.GENERATION, Long.toString(Math.max(wanted.generation(), written)));
        }
        return marks;
    }

    /** All of it, if nobody came between: the guard is as it was read, or is not there and comes now. */
    private List<JsonNode> guarded(boolean stays) {
        var all = new ArrayList<JsonNode>();
        present.find(Marks.GUARD)
                .ifPresent(guard -> all.add(Ovsdb.expect(
                        Table.PORT_GROUP.title(),
                        guard.where(),
                        Marks.COLUMN,
                        guard.columns().path(Marks.COLUMN))));
        all.addAll(inserts);
        all.addAll(changes);
        if (stays) {
            present.find(Marks.GUARD).ifPresent(guard -> {
                var marks = new HashMap<>(guardMarks);
                marks.put(Marks.CHANGE, UUID.randomUUID().toString());
                if (!wanted.own().isEmpty()) {
                    marks.put(Marks.GENERATION, Long.toString(Math.max(wanted.generation(), written)));
                }
                all.add(Ovsdb.update(Table.PORT_GROUP.title(), guard.where(), Map.of(Marks.COLUMN, Ovsdb.map(marks))));
            });
        }
        return all;
    }
}
