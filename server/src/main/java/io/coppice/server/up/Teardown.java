package io.coppice.server.up;

import io.coppice.ebs.serve.StorageDaemons;
import io.coppice.node.hypervisor.LibvirtHost;
import io.coppice.node.image.Arrivals;
import io.coppice.server.OperatorException;
import io.coppice.server.cli.Steps;
import io.coppice.server.process.BackgroundServer;
import io.coppice.server.process.HostCommand;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Settings;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Takes a cloud down again: its servers, then its guests and what carried them, then its data. Each part alone. */
public final class Teardown {
    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);
    private static final Path NAMESPACES = Path.of("/run/netns");
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(60);

    private final DataFolder folder;
    private final Steps steps;
    private final HostScripts scripts;

    public Teardown(DataFolder folder, Steps steps) {
        this.folder = folder;
        this.steps = steps;
        this.scripts = new HostScripts(folder);
    }

    /** Refuses a folder that holds something else than a cloud: its removal would be a disaster. */
    public void requireCloud() {
        if (!Files.exists(folder.settings()) && !Files.exists(folder.run().resolve("server.lock"))) {
            throw new OperatorException(
                    folder + " is not a cloud's data folder", "Name the right one with --data DIR.");
        }
    }

    /** Stops the servers and PostgreSQL in order. Guests go on. */
    public void down() throws Exception {
        AotTraining.stop(folder);
        for (var node : nodes()) {
            if (node.pid().isPresent()) {
                steps.run("a Node Controller stopped", () -> node.stop(STOP_LIMIT));
            }
        }
        for (var zone : ZoneServers.of(folder)) {
            var server = new BackgroundServer(zone);
            if (server.pid().isPresent()) {
                steps.run("zone " + ZoneServers.zone(zone) + " stopped", () -> server.stop(STOP_LIMIT));
            } else {
                server.stop(STOP_LIMIT);
            }
        }
        var server = new BackgroundServer(folder);
        var running = server.pid().isPresent();
        var gone = running
                ? steps.run("server and PostgreSQL stopped", () -> server.stop(STOP_LIMIT))
                : server.stop(STOP_LIMIT);
        if (!gone) {
            throw new OperatorException(
                    "the server does not end within " + STOP_LIMIT.toSeconds() + " s",
                    "Look into server.log; as a last resort kill the pid in "
                            + folder.run().resolve("server.pid") + ".");
        }
        if (!running) {
            steps.note("no server was running on " + folder);
        }
    }

    /** Powers guests off and removes what carried them: libvirtd, hosts in namespaces, bridge, packet filter tables. */
    public void guests() throws Exception {
        var settings = Settings.load(folder);
        if (settings.isEmpty() || settings.get().simulated()) {
            return;
        }
        if (settings.get().value(Settings.NAMESPACE_HOSTS).isPresent()) {
            steps.run("hosts in namespaces removed", () -> {
                scripts.stopHosts();
                return true;
            });
            stopVolumes();
            return;
        }
        var bridge = settings.get().value(Settings.BRIDGE, "");
        steps.run("guests powered off", () -> destroyDomains(settings.get(), folder.root()));
        stopVolumes();
        steps.run("libvirtd and network removed", () -> {
            scripts.stopLibvirt();
            removeNamespaces(bridge);
            removeNetwork(bridge);
            removeTrunk(settings.get(), bridge);
            return true;
        });
    }

    /** After the guests: they would wait for their volumes. */
    private void stopVolumes() throws Exception {
        steps.run(
                "volumes no longer served",
                () -> StorageDaemons.stopAll(folder.root().resolve("ebs").resolve("run")));
        steps.run("images no longer arrive", () -> {
            var count = Arrivals.stopAll(arrivals(folder.root()));
            for (var host : hostFolders()) {
                count += Arrivals.stopAll(arrivals(host));
            }
            return count;
        });
    }

    /** Removes the data folder. */
    public void data() throws Exception {
        steps.run("data removed", () -> {
            removeTree(folder.root());
            return true;
        });
    }

    private static Path arrivals(Path host) {
        return host.resolve("node").resolve(LibvirtHost.ARRIVALS);
    }

    private List<BackgroundServer> nodes() throws IOException {
        return hostFolders().stream()
                .map(DataFolder::new)
                .map(BackgroundServer::new)
                .toList();
    }

    private List<Path> hostFolders() throws IOException {
        var home = folder.root().resolve("nodes");
        if (!Files.isDirectory(home)) {
            return List.of();
        }
        try (var hosts = Files.list(home)) {
            return hosts.toList();
        }
    }

    /** Only domains with disks in this cloud's folder: a libvirtd of the machine may carry others' guests. */
    private static int destroyDomains(Settings settings, Path root) throws IOException {
        var disks = "'" + root.toRealPath().resolve("node/instances") + "/";
        var uri = settings.value(Settings.LIBVIRT_URI, "qemu:///system");
        var names = virsh(uri, "list", "--all", "--name")
                .map(text -> text.lines()
                        .filter(name -> name.matches("i-[0-9a-f]{8,17}"))
                        .toList())
                .orElse(List.of());
        int count = 0;
        for (var name : names) {
            var ours =
                    virsh(uri, "dumpxml", name).map(xml -> xml.contains(disks)).orElse(false);
            if (ours) {
                virsh(uri, "destroy", name);
                virsh(uri, "undefine", name, "--nvram", "--managed-save", "--snapshots-metadata");
                count++;
            }
        }
        return count;
    }

    private static Optional<String> virsh(String uri, String... arguments) {
        var command = new ArrayList<>(List.of("virsh", "-q", "-c", uri));
        command.addAll(List.of(arguments));
        var result = HostCommand.run(COMMAND_LIMIT, Map.of(), "", command);
        return result.succeeded() ? Optional.of(result.output()) : Optional.empty();
    }

    /** Networks of VPCs outlive the Node Controller on purpose, as guests do; their DHCP servers would keep them alive. */
    private static void removeNamespaces(String bridge) throws IOException {
        if (bridge.isEmpty() || !Files.isDirectory(NAMESPACES)) {
            return;
        }
        try (var kept = Files.newDirectoryStream(NAMESPACES, bridge + "-{vpc-*,nat-*,peers}")) {
            for (var namespace : kept) {
                var name = namespace.getFileName().toString();
                HostCommand.run(COMMAND_LIMIT, "ip", "netns", "pids", name)
                        .output()
                        .lines()
                        .map(Long::valueOf)
                        .flatMap(pid -> ProcessHandle.of(pid).stream())
                        .forEach(ProcessHandle::destroy);
                HostCommand.run(COMMAND_LIMIT, "ip", "netns", "delete", name);
            }
        }
    }

    private static void removeNetwork(String bridge) {
        if (bridge.isEmpty() || !Files.exists(Path.of("/sys/class/net", bridge))) {
            return;
        }
        stopDnsmasq(bridge);
        HostCommand.run(COMMAND_LIMIT, "ip", "link", "delete", bridge);
        HostCommand.run(COMMAND_LIMIT, "nft", "list", "tables")
                .output()
                .lines()
                .map(line -> line.strip().split(" ", -1))
                .filter(table -> table.length == 3 && table[2].equals(bridge))
                .forEach(table -> HostCommand.run(COMMAND_LIMIT, "nft", "delete", "table", table[1], table[2]));
    }

    /** What the site's wire was plugged into; the device that leads there stays. */
    private static void removeTrunk(Settings settings, String bridge) {
        var trunk = bridge + SiteWire.BRIDGE_SUFFIX;
        switch (settings.networkMode()) {
            case MANAGED ->
                HostCommand.run(
                        COMMAND_LIMIT,
                        "ovs-vsctl",
                        "--db=" + settings.value(Settings.OVS_DATABASE, SiteWire.DATABASE),
                        "--timeout=10",
                        "--if-exists",
                        "del-br",
                        trunk);
            case MANAGED_NOVLAN -> HostCommand.run(COMMAND_LIMIT, "ip", "link", "delete", trunk);
            case VPC, FLAT, STATIC, SYSTEM -> {
                // No wire.
            }
        }
    }

    /** The DHCP server outlives the Node Controller on purpose; it names the bridge among its arguments. */
    private static void stopDnsmasq(String bridge) {
        ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").endsWith("/dnsmasq"))
                .filter(process -> List.of(process.info().arguments().orElse(new String[0])).stream()
                        .anyMatch(argument -> argument.equals("--interface=" + bridge)))
                .forEach(ProcessHandle::destroy);
    }

    /** Removes a folder with all that is in it; does nothing when there is none. */
    static void removeTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @org.jspecify.annotations.Nullable IOException e)
                    throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
