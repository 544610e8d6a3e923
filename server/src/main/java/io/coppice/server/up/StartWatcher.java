package io.coppice.server.up;

import com.fasterxml.jackson.databind.JsonNode;
import io.coppice.server.OperatorException;
import io.coppice.server.StartJournal;
import io.coppice.server.cli.StatusClient;
import io.coppice.server.cli.Steps;
import io.coppice.server.process.Waiting;
import io.coppice.server.settings.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;

/** Waits for a server that was just started, printing its steps as they are done. */
final class StartWatcher {
    private static final Duration START_LIMIT = Duration.ofMinutes(5);
    private static final Duration READY_LIMIT = Duration.ofMinutes(2);

    private final DataFolder folder;
    private final StartJournal journal;
    private final Steps steps;
    private int printed;

    StartWatcher(DataFolder folder, Steps steps) {
        this.folder = folder;
        this.journal = new StartJournal(folder);
        this.steps = steps;
    }

    /** Returns when every role has started; throws with the server's own words when it ended instead. */
    void awaitStarted(Process server) {
        var started = Waiting.until(START_LIMIT, () -> {
            print();
            return finished() || journal.failure().isPresent() || !server.isAlive();
        });
        print();
        if (finished()) {
            return;
        }
        throw journal.failure()
                .orElseGet(() -> new OperatorException(
                        started ? "the server ended: " + lastWords() : "the server does not finish its start",
                        "Read " + folder.logs().resolve("server.log") + " and server.out beside it."));
    }

    /** Returns when every role says it is ready and at least so many hosts have reported. */
    void awaitReady(StatusClient client, int hosts) {
        var last = new JsonNode[1];
        var ready = Waiting.until(READY_LIMIT, () -> {
            var status = client.status();
            status.ifPresent(node -> last[0] = node);
            return status.map(node -> node.path("ready").asBoolean() && hostsUp(node) >= hosts)
                    .orElse(false);
        });
        if (!ready) {
            throw new OperatorException(
                    "the cloud does not become ready: "
                            + Optional.ofNullable(last[0])
                                    .map(StartWatcher::unready)
                                    .orElse("its door does not answer"),
                    "Run \"coppice doctor\" and read the log files in " + folder.logs() + ".");
        }
    }

    private static int hostsUp(JsonNode status) {
        return status.path("roles")
                .path("cluster-controller")
                .path("details")
                .path("hosts-up")
                .asInt(0);
    }

    private static String unready(JsonNode status) {
        var text = new StringBuilder(hostsUp(status) + " hosts up; ");
        status.path("roles").properties().forEach(role -> {
            if (!role.getValue().path("ready").asBoolean()) {
                text.append(role.getKey())
                        .append(" (")
                        .append(role.getValue().path("summary").asText())
                        .append(") ");
            }
        });
        return text.toString().strip();
    }

    private boolean finished() {
        return journal.steps().stream().anyMatch(step -> step.name().equals(StartJournal.READY));
    }

    private void print() {
        var done = journal.steps();
        for (; printed < done.size(); printed++) {
            var step = done.get(printed);
            if (!step.name().equals(StartJournal.READY)) {
                steps.done("  " + step.name(), step.took());
            }
        }
    }

    private String lastWords() {
        try {
            return Files.readString(folder.logs().resolve("server.out"))
                    .lines()
                    .filter(line -> !line.isBlank())
                    .reduce("it said nothing", (first, second) -> second);
        } catch (IOException e) {
            return "it left no words";
        }
    }
}
