package io.coppice.server.cli;

import io.coppice.server.up.JoinToken;
import picocli.CommandLine.Command;

/** Prints a token with which another machine's Node Controller joins. */
@Command(
        name = "node-token",
        description = "Print a token with which another machine joins as a host.",
        footerHeading = "%nExamples:%n",
        footer = {"  ./coppice node-token            here", "  ./coppice node join TOKEN       on the other machine"})
final class NodeTokenCommand extends CloudCommand {
    @Override
    public Integer call() {
        var settings = cloud.settings();
        try (var client = new StatusClient(folder(), settings)) {
            out().println(JoinToken.create(client, settings));
        }
        return 0;
    }
}
