package io.coppice.server.cli;

import io.coppice.foundation.role.NetworkMode;
import io.coppice.foundation.role.RoleName;
import io.coppice.server.OperatorException;
import io.coppice.server.process.BackgroundServer;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Settings;
import io.coppice.server.up.AotTraining;
import io.coppice.server.up.Machine;
import io.coppice.server.up.SampleImage;
import io.coppice.server.up.UpFlow;
import io.coppice.server.up.UpOptions;
import io.coppice.server.up.ZoneServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Raises a cloud. */
@Command(
        name = "up",
        description = "Raise a cloud on this machine; returns when it can launch instances.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./coppice up",
            "  ./coppice up --data /srv/cloud2                  a second cloud beside the first",
            "  ./coppice up --hypervisor simulated --hosts 50   fifty hosts that only pretend",
            "  ./coppice up --hypervisor simulated --zones 2    two zones, a host in each",
            "  ./coppice up --hypervisor libvirt --hosts 3      three hosts in namespaces (root)",
            "  ./coppice up --hosts 4 --zones 2                 two of those in each of two zones (root)",
            "  ./coppice up --listen 192.0.2.10                 HTTPS for other machines",
            "",
            "The options matter when the cloud is made; afterwards config/coppice.properties in its folder rules.",
            "A second up changes nothing. Exit codes: 0 the cloud is up, 1 it is not, 2 not understood."
        })
final class UpCommand extends CloudCommand {
    @Option(names = "--hypervisor", paramLabel = "NAME", description = "libvirt or simulated; chosen when absent.")
    private @Nullable String hypervisor;

    @Option(names = "--hosts", paramLabel = "N", description = "How many hosts, 1 to 10000 (libvirt: 1 to 16).")
    private @Nullable Integer hosts;

    @Option(
            names = "--zones",
            paramLabel = "N",
            description =
                    "How many availability zones, 1 to 6; each has --hosts simulated hosts, or they share those in namespaces. Default: 1.")
    private @Nullable Integer zones;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description =
                    "Where users and further hosts reach the cloud, by HTTPS; 0.0.0.0 is everywhere. Default: 127.0.0.1.")
    private @Nullable String listen;

    @Option(names = "--insecure", description = "Serve plain HTTP beyond loopback.")
    private boolean insecure;

    @Option(
            names = "--network",
            paramLabel = "MODE",
            converter = NetworkModeOption.class,
            description = {
                "vpc: virtual private clouds; flat: one network of all guests;",
                "static: the site's network, with addresses that the site names;",
                "system: the site's network, with addresses of its DHCP server;",
                "managed, managed-novlan: as vpc, between hosts by VLANs or the plain network",
                "of the site's instead of tunnels. Default: vpc."
            })
    private @Nullable NetworkMode network;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "The first value of a setting, as config/coppice.properties has it; may be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--region", paramLabel = "NAME", description = "The region's name. Default: us-east-1.")
    private @Nullable String region;

    @Option(
            names = "--database",
            paramLabel = "JDBC-URL",
            description =
                    "A PostgreSQL of yours. Its password comes from --database-password-file or COPPICE_DATABASE_PASSWORD.")
    private @Nullable String database;

    @Option(names = "--database-user", paramLabel = "NAME", description = "Its user. Default: coppice.")
    private @Nullable String databaseUser;

    @Option(names = "--database-password-file", paramLabel = "FILE", description = "A file with its password.")
    private @Nullable Path databasePasswordFile;

    @Option(names = "--no-sample-image", description = "Do not build and register the sample image.")
    private boolean noSampleImage;

    @Option(names = "--no-install", description = "Do not install missing Debian packages.")
    private boolean noInstall;

    @Option(names = "--foreground", description = "Keep the server in this terminal; Ctrl-C ends it.")
    private boolean foreground;

    @Override
    public Integer call() throws Exception {
        var begun = System.nanoTime();
        checkHosts();
        var folder = folder();
        var flow = new UpFlow(folder, options(), Machine.here(), new Steps(out()));
        var present = flow.alreadyUp();
        if (present.isPresent()) {
            var woken = flow.startZones();
            out().println("the cloud in " + folder + " is up already "
                    + (woken == 0 ? "(nothing changed)" : "(" + woken + " of its zones were not)"));
            new Ending(folder, present.get()).print(false);
            return 0;
        }
        var up = flow.run();
        new Steps(out()).done("up", Duration.ofNanos(System.nanoTime() - begun));
        new Ending(folder, up.settings()).print(true);
        if (foreground) {
            out().println();
            out().println("Ctrl-C stops the cloud; guests go on.");
            return waitFor(up.process());
        }
        AotTraining.startInBackground(cloud.folder());
        return 0;
    }

    private void checkHosts() {
        var most = "libvirt".equals(hypervisor) ? 16 : 10_000;
        if (hosts != null && (hosts < 1 || hosts > most)) {
            throw new OperatorException("--hosts " + hosts + " is out of range", "Choose 1 to " + most + ".");
        }
        if (zones != null && (zones < 1 || zones > ZoneServers.MOST)) {
            throw new OperatorException(
                    "--zones " + zones + " is out of range", "Choose 1 to " + ZoneServers.MOST + ".");
        }
    }

    private int waitFor(Process server) throws InterruptedException {
        var background = new BackgroundServer(folder());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> background.stop(Duration.ofMinutes(1)), "stop-server"));
        return server.waitFor();
    }

    private UpOptions options() {
        return new UpOptions(
                Optional.ofNullable(hypervisor),
                Optional.ofNullable(hosts),
                Optional.ofNullable(zones),
                Optional.ofNullable(listen),
                Optional.ofNullable(network),
                settings,
                Optional.ofNullable(region),
                Optional.ofNullable(database),
                Optional.ofNullable(databaseUser),
                Optional.ofNullable(databasePasswordFile)
                        .map(file -> file.toAbsolutePath().toString()),
                insecure,
                !noSampleImage,
                foreground);
    }

    /** The last words of up: where the cloud is and what to type next. */
    private final class Ending {
        private final DataFolder folder;
        private final Settings settings;

        Ending(DataFolder folder, Settings settings) {
            this.folder = folder;
            this.settings = settings;
        }

        /** The secret is shown once in a cloud's life; a start that failed half way has not shown it. */
        private boolean firstTime() throws IOException {
            var shown = folder.run().resolve("credentials-shown");
            if (Files.exists(shown)) {
                return false;
            }
            Files.createFile(shown);
            return true;
        }

        void print(boolean showCredentials) throws IOException {
            if (!settings.roles().contains(RoleName.CLOUD_CONTROLLER)) {
                return;
            }
            out().println();
            out().println("  endpoint      " + settings.publicUrl() + "   (EC2, IAM, STS, S3)");
            out().println("  S3 alone      " + settings.s3Url());
            if (showCredentials && firstTime()) {
                var credentials = Credentials.read(folder);
                out().println("  access key    " + credentials.accessKeyId());
                out().println("  secret key    " + credentials.secretAccessKey() + "   (shown once)");
            }
            out().println("  credentials   " + folder.credentials());
            if (settings.secure()) {
                out().println("  authority     " + folder.authorityCertificate()
                        + "   (AWS_CA_BUNDLE; may be given away)");
            }
            var image = new SampleImage(folder).id();
            image.ifPresent(id -> out().println("  sample image  " + id));
            out().println();
            out().println("Next:");
            out().println("  eval \"$(./coppice env" + cloud.argument() + ")\"");
            image.ifPresent(
                    id -> out().println("  aws ec2 run-instances --image-id " + id + " --instance-type m1.small"));
        }
    }
}
