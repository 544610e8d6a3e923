package io.coppice.server.cli;

import io.coppice.server.up.JoinToken;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints a token with which another machine's Node Controller joins. */
@Command(
        name = "node-token",
        description = "Print a token with which another machine joins as a host.",
        footerHeading = "%nExamples:%n",
        footer = {"  ./coppice node-token            here", "  ./coppice node join TOKEN       on the other machine"})
final class NodeTokenCommand extends CloudCommand {
    @Option(names = "--zone", paramLabel = "NAME", description = "The zone it joins; the cloud's own when absent.")
    private @Nullable String zone;

    @Override
    public Integer call() {
        var settings = cloud.settings();
        try (var client = new StatusClient(folder(), settings)) {
            out().println(zone == null ? JoinToken.create(client, settings) : JoinToken.create(client, settings, zone));
        }
        return 0;
    }
}
