package io.coppice.server.cli;

import io.coppice.server.Version;
import picocli.CommandLine.Command;

/** Prints the version of Coppice and of the Java runtime. */
@Command(name = "version", description = "Print the version of Coppice and of its Java runtime.")
final class VersionCommand extends CloudCommand {
    @Override
    public Integer call() {
        out().println("coppice " + Version.text() + " on Java " + Runtime.version());
        return 0;
    }
}
