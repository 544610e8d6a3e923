package io.coppice.server.cli;

import io.coppice.server.OperatorException;
import io.coppice.server.up.Teardown;
import java.nio.file.Files;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Removes a cloud with everything in it. */
@Command(
        name = "reset",
        description = "Remove the cloud with all its instances, images, volumes and objects. Asks first.",
        footerHeading = "%nExample:%n",
        footer = "  ./coppice reset --yes")
final class ResetCommand extends CloudCommand {
    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Override
    public Integer call() throws Exception {
        var folder = folder();
        if (!Files.exists(folder.root())) {
            out().println("there is nothing in " + folder);
            return 0;
        }
        var teardown = new Teardown(folder, new Steps(out()));
        teardown.requireCloud();
        if (!yes && !confirmed()) {
            out().println("nothing was removed");
            return 1;
        }
        teardown.down();
        teardown.guests();
        teardown.data();
        return 0;
    }

    private boolean confirmed() {
        var console = System.console();
        if (console == null || !console.isTerminal()) {
            throw new OperatorException("reset asks, and there is no terminal to answer", "Say --yes.");
        }
        var answer = console.readLine("Remove %s and everything in it, for good? Type yes: ", folder());
        return "yes".equals(answer);
    }
}
