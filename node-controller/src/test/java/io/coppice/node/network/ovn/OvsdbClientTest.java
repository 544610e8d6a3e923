package io.coppice.node.network.ovn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, a host would take a refusal of the database for a success, or wait for a dead one for ever. */
class OvsdbClientTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private static OvsdbClient client(FakeDatabase server, Duration limit) {
        return new OvsdbClient(server.address(), "OVN_Northbound", limit);
    }

    @Test
    void answersComeInTheOrderOfTheOperations() throws Exception {
        try (var server =
                FakeDatabase.in(folder, "{\"id\":1,\"error\":null,\"result\":[{\"rows\":[]},{\"count\":3}]}")) {
            var answers = client(server, LONG)
                    .transact(
                            List.of(Ovsdb.select("ACL", Ovsdb.everywhere()), Ovsdb.delete("ACL", Ovsdb.everywhere())));
            assertEquals(3, answers.get(1).path("count").asInt());
            var sent = server.messages().getFirst();
            assertEquals("transact", sent.path("method").asText());
            assertEquals("OVN_Northbound", sent.path("params").path(0).asText());
            assertEquals("delete", sent.path("params").path(2).path("op").asText());
        }
    }

    @Test
    void aRefusalIsAnErrorAndTellsWhetherToTryAgain() throws Exception {
        try (var server = FakeDatabase.in(
                folder, "{\"id\":1,\"error\":null,\"result\":[{},{\"error\":\"timed out\",\"details\":\"d\"},null]}")) {
            var refused = assertThrows(
                    OvsdbException.class, () -> client(server, LONG).transact(List.of()));
            assertTrue(refused.isRace());
            assertTrue(String.valueOf(refused.getMessage()).contains("OVN_Northbound at unix:"), refused.toString());
        }
    }

    @Test
    void otherErrorsAreNoRace() throws Exception {
        try (var server =
                FakeDatabase.in(folder, "{\"id\":1,\"error\":null,\"result\":[{\"error\":\"domain error\"}]}")) {
            var refused = assertThrows(
                    OvsdbException.class, () -> client(server, LONG).transact(List.of()));
            assertFalse(refused.isRace());
        }
    }

    @Test
    void aServerThatAsksWhetherItsClientLivesIsAnswered() throws Exception {
        var echo = "{\"id\":\"echo\",\"method\":\"echo\",\"params\":[7]}";
        try (var server = FakeDatabase.in(folder, echo + "{\"id\":1,\"error\":null,\"result\":[]}")) {
            assertEquals(List.of(), client(server, LONG).transact(List.of()));
        }
        try (var server = FakeDatabase.in(
                folder.resolveSibling(folder.getFileName() + "x").toFile().mkdir()
                        ? folder.resolveSibling(folder.getFileName() + "x")
                        : folder,
                echo)) {
            assertThrows(IOException.class, () -> client(server, LONG).transact(List.of()), "it only ever asks");
            assertEquals(7, server.messages().get(1).path("result").path(0).asInt());
        }
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() throws Exception {
        try (var server = FakeDatabase.in(folder, "")) {
            var silent = assertThrows(IOException.class, () -> client(server, Duration.ofMillis(200))
                    .transact(List.of()));
            assertTrue(String.valueOf(silent.getMessage()).contains("did not answer within"), silent.toString());
        }
    }

    @Test
    void noServerIsToldByItsAddress() {
        var nowhere = OvsdbAddress.parse("key", "unix:" + folder.resolve("nowhere.sock"));
        var failed = assertThrows(
                IOException.class, () -> new OvsdbClient(nowhere, "OVN_Northbound", LONG).transact(List.of()));
        assertTrue(String.valueOf(failed.getMessage()).contains("nowhere.sock cannot be asked"), failed.toString());
    }

    @Test
    void addressesAreReadOrRefusedByTheirKey() {
        assertEquals(
                "tcp:192.0.2.1:6641",
                OvsdbAddress.parse("key", "tcp:192.0.2.1:6641").text());
        for (var wrong : List.of("", "ssl:192.0.2.1:6641", "unix:relative", "tcp:192.0.2.1:99999", "tcp:name:1")) {
            var refused = assertThrows(IllegalArgumentException.class, () -> OvsdbAddress.parse("the.key", wrong));
            assertTrue(String.valueOf(refused.getMessage()).startsWith("the.key: "), refused.toString());
        }
    }
}
