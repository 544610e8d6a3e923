package io.coppice.server.cli;

import io.coppice.server.settings.DataFolder;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What every command shares: the cloud it means, and where it prints. */
@Command(mixinStandardHelpOptions = true)
abstract class CloudCommand implements Callable<Integer> {
    @Mixin
    final CloudOption cloud = new CloudOption();

    // Picocli sets it before call().
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    final DataFolder folder() {
        return cloud.folder();
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
