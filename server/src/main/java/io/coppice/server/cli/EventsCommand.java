package io.coppice.server.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what changed in the cloud, one JSON document per line. */
@Command(
        name = "events",
        description = "Show what changed in the cloud, one JSON document per line.",
        footerHeading = "%nExamples:%n",
        footer = {"  ./coppice events | tail", "  ./coppice events --follow --after 1200"})
final class EventsCommand extends CloudCommand {
    @Option(
            names = {"-f", "--follow"},
            description = "Go on showing new ones, until Ctrl-C.")
    private boolean follow;

    @Option(
            names = "--after",
            paramLabel = "SEQUENCE",
            description = "Only those after this sequence number.",
            defaultValue = "0")
    private long after;

    @Override
    public Integer call() throws IOException {
        try (var client = new StatusClient(folder(), cloud.settings());
                var lines = new BufferedReader(new InputStreamReader(
                        client.stream("/api/v1/events?after=" + after + "&follow=" + follow, "application/x-ndjson"),
                        StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                // An empty line only keeps the connection alive.
                if (!line.isEmpty()) {
                    out().println(line);
                    out().flush();
                }
            }
        }
        return 0;
    }
}
