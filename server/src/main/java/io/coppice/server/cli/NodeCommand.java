package io.coppice.server.cli;

import io.coppice.server.OperatorException;
import io.coppice.server.settings.Settings;
import io.coppice.server.up.GuestNetwork;
import io.coppice.server.up.HypervisorChoice;
import io.coppice.server.up.JoinToken;
import io.coppice.server.up.Machine;
import io.coppice.server.up.UpFlow;
import io.coppice.server.up.UpOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes this machine a host of a cloud that runs elsewhere. */
@Command(
        name = "node",
        description = "Make this machine a host of a cloud elsewhere.",
        subcommands = NodeCommand.Join.class)
final class NodeCommand extends CloudCommand {
    @Override
    public Integer call() {
        throw new OperatorException("node needs to be told what to do", "Type \"./coppice node join TOKEN\".");
    }

    /** Joins and starts a process that plays the Node Controller alone. */
    @Command(
            name = "join",
            description = "Join a cloud and start a Node Controller here.",
            footerHeading = "%nExample:%n",
            footer = "  ./coppice node join coppice1.eyJ…")
    static final class Join extends CloudCommand {
        @Parameters(paramLabel = "TOKEN", description = "What \"coppice node-token\" printed on the cloud's machine.")
        @SuppressWarnings("NullAway.Init")
        private String token;

        @Option(names = "--hypervisor", paramLabel = "NAME", description = "libvirt or simulated; chosen when absent.")
        private @Nullable String hypervisor;

        @Option(
                names = "--set",
                paramLabel = "KEY=VALUE",
                description = "The first value of a setting of this host; may be repeated.")
        private Map<String, String> settings = new LinkedHashMap<>();

        @Option(names = "--no-install", description = "Do not install missing Debian packages.")
        private boolean noInstall;

        @Override
        public Integer call() throws Exception {
            var cluster = JoinToken.cluster(token);
            var machine = Machine.here();
            var folder = folder();
            folder.create();
            if (Settings.load(folder).isEmpty()) {
                var values = new LinkedHashMap<String, String>();
                values.put(Settings.ROLES, "nc");
                values.put(Settings.CLUSTER, cluster);
                values.put(Settings.JOIN_TOKEN, token);
                values.put(
                        Settings.HYPERVISOR,
                        HypervisorChoice.of(Optional.ofNullable(hypervisor), machine)
                                .name());
                values.putAll(new GuestNetwork(folder, machine).joining(JoinToken.network(token), settings));
                new Settings(values).save(folder);
            }
            var none = Optional.<String>empty();
            var options = new UpOptions(
                    none,
                    Optional.empty(),
                    Optional.empty(),
                    none,
                    Optional.empty(),
                    Map.of(),
                    none,
                    none,
                    none,
                    none,
                    false,
                    false,
                    false);
            new UpFlow(folder, options, machine, new Steps(out())).run();
            out().println("this machine is a host of the cloud at " + cluster);
            return 0;
        }
    }
}
