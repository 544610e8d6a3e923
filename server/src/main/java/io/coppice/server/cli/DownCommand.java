package io.coppice.server.cli;

import io.coppice.server.up.Teardown;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Stops the control plane, and the guests too when told. */
@Command(
        name = "down",
        description = "Stop the cloud's control plane and its PostgreSQL; guests go on running.",
        footerHeading = "%nExamples:%n",
        footer = {"  ./coppice down", "  ./coppice down --all     stops guests, hosts in namespaces and libvirtd too"})
final class DownCommand extends CloudCommand {
    @Option(names = "--all", description = "Stop guests too, and everything else that runs for this cloud.")
    private boolean all;

    @Override
    public Integer call() throws Exception {
        var teardown = new Teardown(folder(), new Steps(out()));
        teardown.down();
        if (all) {
            teardown.guests();
        }
        return 0;
    }
}
