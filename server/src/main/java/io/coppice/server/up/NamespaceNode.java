package io.coppice.server.up;

import io.coppice.server.cli.StatusClient;
import io.coppice.server.process.BackgroundServer;
import io.coppice.server.process.JavaCommand;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Ipv4Range;
import io.coppice.server.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;

/**
 * The Node Controller of one host in a namespace: a process of its own with a data folder of its own, which joins by
 * token like one on another machine. Where the cloud has several zones, hosts take turns in them.
 */
final class NamespaceNode {
    private static final int HOSTS_NETWORK = 255 * 256;
    private static final List<String> OF_CLOUD = List.of(
            Settings.REGION,
            Settings.ZONE,
            Settings.CLUSTER,
            Settings.S3,
            Settings.BRIDGE,
            Settings.LINK_CIDR,
            Settings.METADATA_PORT);

    private final DataFolder cloud;
    private final Settings settings;
    private final HostScripts scripts;
    private final int number;
    private final DataFolder folder;

    NamespaceNode(DataFolder cloud, Settings settings, HostScripts scripts, int number) {
        this.cloud = cloud;
        this.settings = settings;
        this.scripts = scripts;
        this.number = number;
        this.folder = new DataFolder(cloud.root().resolve("nodes").resolve(Integer.toString(number)));
    }

    /** Starts it unless it runs; a first start gets a fresh join token. */
    void start(StatusClient operator) throws IOException {
        if (new BackgroundServer(folder).pid().isPresent()) {
            return;
        }
        folder.create();
        Files.createDirectories(folder.logs());
        if (Settings.load(folder).isEmpty()) {
            var zone = ZoneServers.zoneOfHost(settings, number);
            nodeSettings(JoinToken.create(operator, settings, zone), zone).save(folder);
        }
        var command = new ArrayList<>(List.of("setsid"));
        command.addAll(scripts.inHost(number, JavaCommand.server(folder)));
        new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(folder.logs().resolve("server.out").toFile())
                .start();
    }

    private Settings nodeSettings(String token, String zone) {
        var values = new LinkedHashMap<String, String>();
        values.put(Settings.ROLES, "nc");
        values.put(Settings.ZONE, zone);
        if (!zone.equals(settings.value(Settings.ZONE, ""))) {
            values.put(Settings.CLUSTER, settings.value(Settings.clusterOf(zone), ""));
        }
        values.put(Settings.JOIN_TOKEN, token);
        values.put(Settings.HYPERVISOR, HypervisorChoice.LIBVIRT);
        values.put(Settings.UPLINK, "eth0");
        if (settings.vpcs()) {
            values.put(
                    Settings.UNDERLAY_ADDRESS,
                    Ipv4Range.parse(settings.value(Settings.NAMESPACE_MANAGEMENT, ""))
                            .address(number));
        } else {
            values.put(
                    Settings.HOST_ADDRESS,
                    Ipv4Range.parse(settings.value(Settings.NODE_CIDR, "")).address(HOSTS_NETWORK + number));
        }
        return settings.only(Stream.concat(OF_CLOUD.stream(), GuestNetwork.SHARED.stream())
                        .toList())
                .with(values);
    }

    @Override
    public String toString() {
        return "host " + number + " of " + cloud;
    }
}
