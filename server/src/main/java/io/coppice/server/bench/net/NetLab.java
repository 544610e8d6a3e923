package io.coppice.server.bench.net;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.NetworkEngine;
import io.coppice.node.network.vpc.LinuxVpcEngine;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.EndpointLocation;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.server.bench.BenchFolder;
import io.coppice.server.process.HostCommand;
import io.coppice.server.process.JavaCommand;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Two hosts that are namespaces of this machine, joined by a bridge, each with the real network engine; guests are namespaces too.
 * Beside the VPC there is a plain path: the same bridges and cables, with neither tunnel nor rules. Closing it removes everything.
 * Used by one thread.
 */
final class NetLab implements AutoCloseable {
    static final String ELASTIC = "198.18.0.50";

    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(30);
    private static final String BRIDGE = "br0";

    private final String name = "cpb%05x".formatted(ThreadLocalRandom.current().nextInt(1 << 20));
    private final BenchFolder folder;
    private final Deque<String> spaces = new ArrayDeque<>();
    private final List<Process> processes = new ArrayList<>();
    private final List<Host> hosts = new ArrayList<>();
    private long sequence;

    /** A host and its engine. */
    record Host(String space, String nodeId, String address, LinuxVpcEngine engine) {}

    /** A guest: a namespace with one interface. */
    record Guest(Host host, InstanceId instance, NetworkEndpoint endpoint, String space) {}

    private NetLab(BenchFolder folder) {
        this.folder = folder;
    }

    static NetLab open() throws IOException {
        var lab = new NetLab(BenchFolder.create("net"));
        var ready = false;
        try {
            for (var network : List.of("fabric", "internet")) {
                lab.bridged(lab.space(network));
            }
            ip(lab.name + "-internet", "addr", "add", "198.18.0.1/16", "dev", BRIDGE);
            lab.host(1);
            lab.host(2);
            ready = true;
            return lab;
        } finally {
            if (!ready) {
                lab.close();
            }
        }
    }

    private void host(int number) throws IOException {
        var space = space("h" + number);
        cable(space, "fab0", name + "-fabric", BRIDGE);
        cable(space, "pub0", name + "-internet", BRIDGE);
        ip(space, "addr", "add", "172.30.0." + number + "/24", "dev", "fab0");
        var network = new NetLabHost(name + "n" + number, "172.30.0." + number);
        var engine = LinuxVpcEngine.inNamespace(
                network, "node-" + number, folder.path().resolve("h" + number), space);
        hosts.add(new Host(space, "node-" + number, network.underlayAddress(), engine));
        engine.start();
    }

    List<Host> hosts() {
        return List.copyOf(hosts);
    }

    /** A guest with this interface; configured, and known to the other hosts once {@link #tellLocations} was called. */
    Guest guest(Host host, NetworkEndpoint endpoint) throws IOException {
        var space = space("g" + spaces.size());
        var instance = InstanceId.random();
        var made = host.engine().ensure(instance, List.of(endpoint)).getFirst();
        must(
                "ip",
                "link",
                "add",
                made.tap(),
                "netns",
                host.space(),
                "type",
                "veth",
                "peer",
                "name",
                "eth0",
                "address",
                made.mac(),
                "netns",
                space);
        ip(host.space(), "link", "set", "dev", made.tap(), "mtu", Integer.toString(made.mtu()), "up");
        host.engine().attached(instance);
        ip(space, "link", "set", "dev", "eth0", "mtu", Integer.toString(made.mtu()), "up");
        ip(space, "addr", "add", endpoint.getPrivateIpv4() + "/16", "dev", "eth0");
        ip(space, "route", "add", "default", "via", "10.0.0.1");
        return new Guest(host, instance, endpoint, space);
    }

    /** A namespace on the plain path, behind a bridge of the host as a guest is. */
    String plain(Host host, String address) throws IOException {
        ip(host.space(), "link", "add", "plain0", "type", "bridge");
        ip(host.space(), "link", "set", "dev", "plain0", "up");
        cable(host.space(), "plainup", name + "-fabric", BRIDGE);
        ip(host.space(), "link", "set", "dev", "plainup", "master", "plain0");
        var space = space("p" + spaces.size());
        cable(space, "eth0", host.space(), "plain0");
        ip(space, "addr", "add", address + "/24", "dev", "eth0");
        return space;
    }

    /** Tells both hosts where these guests are. */
    void tellLocations(List<Guest> guests) throws IOException {
        sequence++;
        var update = EndpointUpdate.newBuilder()
                .setVpcId(BenchVpc.ID)
                .setSequence(sequence)
                .setFull(true);
        for (var guest : guests) {
            update.addPresent(EndpointLocation.newBuilder()
                    .setNetworkInterfaceId(guest.endpoint().getNetworkInterfaceId())
                    .setSubnetId(guest.endpoint().getSubnetId())
                    .setMac(guest.endpoint().getMac())
                    .addPrivateIpv4(guest.endpoint().getPrivateIpv4())
                    .addAllSecurityGroupIds(guest.endpoint().getSecurityGroupIdsList())
                    .setNodeId(guest.host().nodeId())
                    .setNodeAddress(guest.host().address())
                    .setSourceDestCheck(true));
        }
        for (var host : hosts) {
            NetworkEngine engine = host.engine();
            engine.apply(update.build());
        }
    }

    String internet() {
        return name + "-internet";
    }

    /** All packet rules of the VPC on a host, as a script that replaces whatever is there by them. */
    Path rulesOfVpc(Host host) throws IOException {
        var file = folder.path().resolve("rules");
        Files.writeString(file, "flush ruleset\n");
        var process = new ProcessBuilder("nsenter", "--net=" + vpcOn(host), "nft", "list", "ruleset")
                .redirectOutput(Redirect.appendTo(file.toFile()))
                .redirectError(Redirect.DISCARD)
                .start();
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException("nft does not list the rules of " + vpcOn(host));
        }
        return file;
    }

    /** Carries out a script of nft in the VPC's namespace on a host. */
    void applyInVpc(Host host, Path script) throws IOException {
        must("nsenter", "--net=" + vpcOn(host), "nft", "-f", script.toString());
    }

    private String vpcOn(Host host) {
        return "/run/netns/" + name + "n" + (hosts.indexOf(host) + 1) + "-" + BenchVpc.ID;
    }

    /** Starts {@link Wire} in a namespace; it ends with the lab. */
    Process start(String space, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("ip", "netns", "exec", space));
        command.addAll(JavaCommand.tool(Wire.class.getName(), arguments));
        var process =
                new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
        processes.add(process);
        return process;
    }

    /** Serves in a namespace; returns once it listens. */
    void serve(String space, int port, String who) throws IOException {
        var reader = start(space, "serve", Integer.toString(port), who).inputReader();
        if (reader.readLine() == null) {
            throw new IOException("nothing listens in " + space);
        }
    }

    /** Runs {@link Wire} in a namespace and reads its one figure. */
    double ask(String space, String... arguments) throws IOException {
        var process = start(space, arguments);
        try (var reader = process.inputReader()) {
            var line = reader.readLine();
            if (line == null) {
                throw new IOException("no connection from " + space + " for " + String.join(" ", arguments));
            }
            return Double.parseDouble(line);
        }
    }

    private String space(String suffix) throws IOException {
        var space = name + "-" + suffix;
        must("ip", "netns", "add", space);
        spaces.push(space);
        ip(space, "link", "set", "dev", "lo", "up");
        return space;
    }

    private void bridged(String space) throws IOException {
        ip(space, "link", "add", BRIDGE, "type", "bridge");
        ip(space, "link", "set", "dev", BRIDGE, "up");
    }

    private static void cable(String space, String device, String other, String bridge) throws IOException {
        var port = "p%07x".formatted(ThreadLocalRandom.current().nextInt(1 << 28));
        must("ip", "link", "add", device, "netns", space, "type", "veth", "peer", "name", port, "netns", other);
        ip(space, "link", "set", "dev", device, "up");
        ip(other, "link", "set", "dev", port, "master", bridge, "up");
    }

    private static void ip(String space, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("ip", "-n", space));
        command.addAll(List.of(arguments));
        must(command.toArray(String[]::new));
    }

    private static void must(String... command) throws IOException {
        var result = HostCommand.run(COMMAND_LIMIT, command);
        if (!result.succeeded()) {
            throw new IOException(String.join(" ", command) + ": " + result.lastLine());
        }
    }

    @Override
    public void close() throws IOException {
        for (var process : processes) {
            process.destroy();
        }
        for (var process : processes) {
            process.onExit().join();
        }
        try {
            for (var host : hosts) {
                host.engine().removeAll();
            }
        } finally {
            spaces.forEach(space -> HostCommand.run(COMMAND_LIMIT, "ip", "netns", "delete", space));
            folder.remove();
        }
    }
}
