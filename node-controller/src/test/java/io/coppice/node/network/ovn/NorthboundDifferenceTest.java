package io.coppice.node.network.ovn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.coppice.node.network.ovn.Northbound.Wanted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** If this failed, a host would write over what newer ones or other hosts have written, or write without end. */
class NorthboundDifferenceTest {
    private static final String VPC = "vpc-0000000000000000a";

    private static Row shared(String name) {
        return Row.shared(Table.SWITCH, "subnet-1", Map.of("name", Ovsdb.text(name)));
    }

    private static Row guard() {
        return Row.shared(Table.PORT_GROUP, Marks.GUARD.key(), Map.of("name", Ovsdb.text("coppice_guests")));
    }

    private static Row port(String node) {
        return new Row(
                new Row.Id(Table.PORT, "eni-1"),
                node,
                Map.of("name", Ovsdb.text("eni-1")),
                Map.of(),
                List.of(Row.link(Table.SWITCH, "subnet-1", "ports"), new Row.Link(Marks.GUARD, "ports")));
    }

    private static Wanted wanted(long generation, String node, String name, List<Row> own, String... claimed) {
        return new Wanted(VPC, generation, node, List.of(guard(), shared(name)), own, Set.of(claimed));
    }

    /** What the database has after a host of this name wrote, as a select answers it. */
    private static PresentRows present(long generation, String owner, String name) throws Exception {
        var present = new PresentRows();
        add(
                present,
                Table.PORT_GROUP,
                "guests",
                "",
                "g",
                ",\"name\":\"coppice_guests\",\"ports\":[\"uuid\",\"p\"]",
                generation);
        add(
                present,
                Table.SWITCH,
                "subnet-1",
                "",
                "s",
                ",\"name\":\"%s\",\"ports\":[\"uuid\",\"p\"]".formatted(name),
                0);
        if (!owner.isEmpty()) {
            add(present, Table.PORT, "eni-1", owner, "p", ",\"name\":\"eni-1\"", 0);
        }
        return present;
    }

    private static void add(
            PresentRows present, Table table, String key, String owner, String uuid, String columns, long generation)
            throws Exception {
        var marks = new HashMap<>(Map.of(Marks.VPC, VPC, Marks.KEY, key, Marks.OWNER, owner));
        if (generation > 0) {
            marks.put(Marks.GENERATION, Long.toString(generation));
        }
        present.add(
                table,
                JsonMapper.builder()
                        .build()
                        .readTree("[{\"_uuid\":[\"uuid\",\"%s\"],\"external_ids\":%s%s}]"
                                .formatted(uuid, Ovsdb.map(marks), columns)));
    }

    /** Tables that are written, and how; the guard's own marks beside. */
    private static List<String> changes(List<JsonNode> operations) {
        var all = new ArrayList<String>();
        for (var operation : operations) {
            var isMark = operation.path("op").asText().equals("wait")
                    || operation.path("row").has(Marks.COLUMN)
                            && operation.path("row").size() == 1
                            && operation.path("table").asText().equals("Port_Group");
            if (!isMark) {
                all.add(operation.path("op").asText() + " "
                        + operation.path("table").asText());
            }
        }
        return all;
    }

    @Test
    void theFirstHostWritesEverythingInOneTransaction() {
        var operations = NorthboundDifference.between(new PresentRows(), wanted(1, "a", "one", List.of(port("a"))));
        assertEquals(
                List.of(
                        "insert Port_Group",
                        "insert Logical_Switch",
                        "insert Logical_Switch_Port",
                        "mutate Logical_Switch",
                        "mutate Port_Group"),
                changes(operations));
    }

    @Test
    void whatIsThereAlreadyIsNotWritten() throws Exception {
        assertEquals(
                List.of(),
                NorthboundDifference.between(present(1, "a", "one"), wanted(1, "a", "one", List.of(port("a")))));
    }

    @Test
    void everyChangeBeginsWithALookWhetherTheGuardIsAsItWasRead() throws Exception {
        var operations =
                NorthboundDifference.between(present(1, "a", "one"), wanted(2, "a", "two", List.of(port("a"))));
        assertEquals("wait", operations.getFirst().path("op").asText());
        assertEquals(List.of("update Logical_Switch"), changes(operations));
        var marks = Ovsdb.entries(operations.getLast().path("row").path(Marks.COLUMN));
        assertEquals("2", marks.get(Marks.GENERATION));
        assertTrue(marks.containsKey(Marks.CHANGE));
    }

    @Test
    void anOlderGenerationLeavesWhatAllShare() throws Exception {
        var present = present(5, "a", "new");
        assertEquals(List.of(), NorthboundDifference.between(present, wanted(4, "a", "old", List.of(port("a")))));
        assertEquals(
                List.of("insert Logical_Switch_Port", "mutate Logical_Switch", "mutate Port_Group"),
                changes(NorthboundDifference.between(present(5, "", "new"), wanted(4, "b", "old", List.of(port("b"))))),
                "and still writes what is its own");
    }

    @Test
    void rowsOfOtherHostsStayTheirsUntilTheyAreClaimed() throws Exception {
        var present = present(1, "a", "one");
        assertEquals(List.of(), NorthboundDifference.between(present, wanted(1, "b", "one", List.of(port("b")))));
        assertEquals(
                List.of("update Logical_Switch_Port"),
                changes(NorthboundDifference.between(present, wanted(1, "b", "one", List.of(port("b")), "eni-1"))));
    }

    @Test
    void withTheLastPortGoesWhatAllShared() throws Exception {
        assertEquals(
                List.of("delete Port_Group", "delete Logical_Switch"),
                changes(NorthboundDifference.between(present(1, "a", "one"), wanted(0, "a", "one", List.of()))));
        assertEquals(
                List.of(),
                NorthboundDifference.between(present(1, "b", "one"), wanted(0, "a", "one", List.of())),
                "not while another host has one");
    }
}
