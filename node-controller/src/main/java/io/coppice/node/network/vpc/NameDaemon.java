package io.coppice.node.network.vpc;

import io.coppice.node.command.Daemons;
import io.coppice.node.command.Signals;
import io.coppice.proto.network.v1.Subnet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * DHCP and names in one VPC's namespace, by dnsmasq: static bindings only, private names forward and reverse, other names by the
 * host's own resolvers. The daemon goes on when this process ends and is adopted by the next one. Not thread-safe. Source:
 * dnsmasq(8).
 */
final class NameDaemon {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final Namespace inside;
    private final Path folder;
    /** What the files hold as far as this process knows. */
    private final Map<Path, String> written = new HashMap<>();
    /** What was written and not told to the daemon. */
    private boolean mustRestart;

    private boolean mustReload;

    NameDaemon(Namespace inside, Path folder) {
        this.inside = inside;
        this.folder = folder;
    }

    /** Writes what it shall answer; {@link #serve} is to follow. */
    void write(VpcView view) throws IOException {
        mustRestart |= replace(file("conf"), configuration(view));
        mustReload |= replace(file("hosts"), bindings(view));
        mustReload |= replace(file("names"), names(view));
    }

    /** Makes it answer what was written, started or restarted when need be. */
    void serve() throws IOException {
        var running = process();
        if (running.isPresent() && mustRestart) {
            stop();
            start();
        } else if (running.isEmpty()) {
            start();
        } else if (mustReload) {
            Signals.hangUp(running.get().pid());
        }
        mustRestart = false;
        mustReload = false;
    }

    /** The next look is one at the files themselves: somebody may have changed them. */
    void forget() {
        written.clear();
    }

    boolean isRunning() throws IOException {
        return process().isPresent();
    }

    private void start() throws IOException {
        inside.run("dnsmasq", "--conf-file=" + file("conf"));
    }

    /** Ends the daemon. Does nothing when it does not run. */
    void stop() throws IOException {
        var running = process();
        if (running.isEmpty()) {
            return;
        }
        Daemons.end(running.get(), "dnsmasq of " + inside.name(), STOP_LIMIT);
        Files.deleteIfExists(file("pid"));
    }

    private String configuration(VpcView view) throws IOException {
        var lines = new ArrayList<>(List.of(
                "pid-file=" + file("pid"),
                "user=root",
                "interface=b*",
                "except-interface=lo",
                "bind-dynamic",
                "no-hosts",
                "no-resolv",
                "no-ping",
                "dhcp-authoritative",
                "dhcp-ignore=tag:!known",
                "bogus-priv",
                "domain-needed",
                "port=" + (view.vpc().getDnsSupport() ? "53" : "0"),
                "addn-hosts=" + file("names"),
                "dhcp-hostsfile=" + file("hosts"),
                "dhcp-leasefile=" + file("leases"),
                "log-facility=" + file("log"),
                "dhcp-option=26," + view.mtu()));
        if (!view.vpc().getPrivateDomain().isEmpty()) {
            lines.add("local=/" + view.vpc().getPrivateDomain() + "/");
        }
        hostResolvers(view.settings().resolvers()).forEach(server -> lines.add("server=" + server));
        options(view, lines);
        view.subnets().forEach(subnet -> range(subnet, lines));
        lines.addAll(Ipv6Daemon.configuration(view));
        return String.join("\n", lines) + "\n";
    }

    private static void options(VpcView view, List<String> lines) {
        var options = view.vpc().getDhcpOptions();
        option(6, view.resolvers(), lines);
        option(42, options.getNtpServersList(), lines);
        if (!options.getDomainName().isEmpty()) {
            option(15, List.of(options.getDomainName()), lines);
        }
    }

    private static void option(int number, List<String> values, List<String> lines) {
        // Without values the option is told not to be sent: dnsmasq would offer itself as the resolver.
        lines.add(
                values.isEmpty()
                        ? "dhcp-option=" + number
                        : "dhcp-option=%d,%s".formatted(number, String.join(",", values)));
    }

    private static void range(Subnet subnet, List<String> lines) {
        var range = Cidr.parse(subnet.getCidrBlock());
        var tag = VpcView.bridge(subnet);
        var router = VpcView.router(subnet);
        lines.add("dhcp-range=set:%s,%s,static,%s,12h".formatted(tag, range.address(0), range.netmask()));
        lines.add("dhcp-option=tag:%s,3,%s".formatted(tag, router));
        lines.add("dhcp-option=tag:%1$s,121,%2$s/32,%3$s,0.0.0.0/0,%3$s"
                .formatted(tag, VpcView.METADATA_ADDRESS, router));
    }

    /** Only guests of this host are answered here; each host answers its own. */
    private static String bindings(VpcView view) {
        return view.locals().stream()
                .map(local -> {
                    var endpoint = local.endpoint();
                    var name = label(
                            endpoint.getHostName().isEmpty() ? endpoint.getPrivateDnsName() : endpoint.getHostName());
                    var address = endpoint.getMac() + "," + endpoint.getPrivateIpv4() + Ipv6Daemon.binding(view, local);
                    return name.isEmpty() ? address + "\n" : address + "," + name + "\n";
                })
                .collect(Collectors.joining());
    }

    private static String names(VpcView view) {
        var lines = new StringBuilder();
        for (var face : view.faces().values()) {
            // Of several names of an address, the first is the one that it is called in answers to its address.
            for (var name : List.of(face.names().dnsName(), face.names().resourceA())) {
                face.addresses().stream().limit(1).forEach(address -> name(address, name, lines));
            }
            // The first one is for its own wire.
            face.addresses(Family.IPV6).stream()
                    .filter(address -> view.hasIpv6())
                    .skip(1)
                    .limit(1)
                    .forEach(address -> name(address, face.names().resourceAaaa(), lines));
        }
        return lines.toString();
    }

    private static void name(String address, String name, StringBuilder lines) {
        if (!name.isEmpty()) {
            lines.append(address)
                    .append(' ')
                    .append(name.toLowerCase(Locale.ROOT))
                    .append('\n');
        }
    }

    private static String label(String name) {
        var dot = name.indexOf('.');
        return (dot < 0 ? name : name.substring(0, dot)).toLowerCase(Locale.ROOT);
    }

    private static List<String> hostResolvers(Path file) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        return Files.readAllLines(file).stream()
                .filter(line -> line.matches("nameserver\\s+[0-9.]+\\s*"))
                .map(line -> line.substring("nameserver".length()).strip())
                .filter(address -> !address.startsWith("127."))
                .toList();
    }

    /** Whether the file was another one before. */
    private boolean replace(Path file, String text) throws IOException {
        if (text.equals(written.get(file))) {
            return false;
        }
        var isThere = Files.exists(file) && Files.readString(file).equals(text);
        if (!isThere) {
            write(file, text);
        }
        written.put(file, text);
        return !isThere;
    }

    private static void write(Path file, String text) throws IOException {
        // The daemon reads it when it is told to, and who finds half of it writes it again: no need to replace it at
        // once.
        Files.createDirectories(file.getParent());
        Files.deleteIfExists(file);
        Files.writeString(file, text);
    }

    /** The daemon that was started with our files; a process id that was reused by another program does not count. */
    private Optional<ProcessHandle> process() throws IOException {
        if (!Files.exists(file("pid"))) {
            return Optional.empty();
        }
        var text = Files.readString(file("pid")).strip();
        if (!text.matches("\\d{1,10}")) {
            return Optional.empty();
        }
        var commandLine = Path.of("/proc", text, "cmdline");
        var ours = Files.exists(commandLine) && Files.readString(commandLine).contains("--conf-file=" + file("conf"));
        return ours ? ProcessHandle.of(Long.parseLong(text)) : Optional.empty();
    }

    private Path file(String kind) {
        return folder.resolve("dnsmasq." + kind);
    }
}
