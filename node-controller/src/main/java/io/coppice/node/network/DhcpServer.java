package io.coppice.node.network;

import io.coppice.node.command.CommandException;
import io.coppice.node.command.CommandRunner;
import io.coppice.node.command.Daemons;
import io.coppice.node.command.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * DHCP and names for the guests of one host, by dnsmasq: static bindings only, strangers are not answered. The daemon goes
 * on when this process ends, since guests renew their leases, and is adopted by the next one. Not thread-safe.
 */
final class DhcpServer {
    private static final Logger LOG = Logger.getLogger(DhcpServer.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
    private static final String LEASE_TIME = "12h";
    private static final int DNS_PORT = 53;

    private final NetworkSettings settings;
    private final CommandRunner commands;
    private final Path folder;

    DhcpServer(NetworkSettings settings, CommandRunner commands, Path folder) {
        this.settings = settings;
        this.commands = commands;
        this.folder = folder;
    }

    /** Makes it answer exactly these, started when it does not run. */
    void serve(List<Binding> bindings, int mtu) throws IOException {
        writeFiles(bindings);
        var running = process();
        if (running.isPresent()) {
            Signals.hangUp(running.get().pid());
        } else {
            start(mtu);
        }
    }

    /** Whether the daemon runs. */
    boolean isRunning() throws IOException {
        return process().isPresent();
    }

    /** Ends the daemon. Does nothing when it does not run. */
    void stop() throws IOException {
        var running = process();
        if (running.isEmpty()) {
            return;
        }
        Daemons.end(running.get(), "dnsmasq of " + settings.bridge(), STOP_LIMIT);
        Files.deleteIfExists(pidFile());
    }

    private void start(int mtu) throws IOException {
        try {
            commands.run(command(mtu, DNS_PORT).toArray(String[]::new));
        } catch (CommandException e) {
            LOG.warnf(
                    "port 53 of %s seems taken, so guests are given the host's resolvers instead: %s",
                    settings.hostAddress(), e.getMessage());
            commands.run(command(mtu, 0).toArray(String[]::new));
        }
        LOG.infof("dnsmasq answers the guests of %s", settings.bridge());
    }

    private List<String> command(int mtu, int dnsPort) throws IOException {
        var command = new ArrayList<>(List.of(
                "dnsmasq",
                "--conf-file=/dev/null",
                "--pid-file=" + pidFile(),
                "--user=root",
                "--interface=" + settings.bridge(),
                "--except-interface=lo",
                "--bind-interfaces",
                "--port=" + dnsPort,
                "--no-hosts",
                "--addn-hosts=" + namesFile(),
                "--dhcp-hostsfile=" + hostsFile(),
                "--dhcp-leasefile=" + folder.resolve("dnsmasq.leases"),
                "--log-facility=" + folder.resolve("dnsmasq.log"),
                "--dhcp-authoritative",
                "--dhcp-ignore=tag:!known",
                "--no-ping",
                "--dhcp-range=%s,static,%s,%s"
                        .formatted(settings.range().network(), settings.range().netmask(), LEASE_TIME),
                "--dhcp-option=3," + settings.gateway(),
                "--dhcp-option=26," + mtu,
                "--dhcp-option=121,169.254.169.254/32,%s,0.0.0.0/0,%s"
                        .formatted(settings.hostAddress(), settings.gateway())));
        var resolvers = dnsPort == 0 ? hostResolvers() : List.of(settings.hostAddress());
        if (!resolvers.isEmpty()) {
            command.add("--dhcp-option=6," + String.join(",", resolvers));
        }
        return command;
    }

    private static List<String> hostResolvers() throws IOException {
        var file = Path.of("/etc/resolv.conf");
        if (!Files.exists(file)) {
            return List.of();
        }
        return Files.readAllLines(file).stream()
                .filter(line -> line.matches("nameserver\\s+[0-9.]+\\s*"))
                .map(line -> line.substring("nameserver".length()).strip())
                .filter(address -> !address.startsWith("127."))
                .toList();
    }

    private void writeFiles(List<Binding> bindings) throws IOException {
        replace(
                hostsFile(),
                bindings.stream()
                        .map(b -> b.label().isEmpty()
                                ? "%s,%s\n".formatted(b.mac(), b.address())
                                : "%s,%s,%s\n".formatted(b.mac(), b.address(), b.label()))
                        .collect(Collectors.joining()));
        replace(
                namesFile(),
                bindings.stream()
                        .filter(b -> !b.hostName().isEmpty())
                        .map(b -> "%s %s %s\n".formatted(b.address(), b.hostName(), b.label()))
                        .collect(Collectors.joining()));
    }

    private static void replace(Path file, String text) throws IOException {
        var unfinished = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(unfinished, text);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The daemon that was started with our files; a process id that was reused by another program does not count. */
    private Optional<ProcessHandle> process() throws IOException {
        if (!Files.exists(pidFile())) {
            return Optional.empty();
        }
        var text = Files.readString(pidFile()).strip();
        if (!text.matches("\\d{1,10}")) {
            return Optional.empty();
        }
        var commandLine = Path.of("/proc", text, "cmdline");
        var ours = Files.exists(commandLine) && Files.readString(commandLine).contains("--pid-file=" + pidFile());
        return ours ? ProcessHandle.of(Long.parseLong(text)) : Optional.empty();
    }

    private Path pidFile() {
        return folder.resolve("dnsmasq.pid");
    }

    private Path hostsFile() {
        return folder.resolve("dnsmasq.hosts");
    }

    private Path namesFile() {
        return folder.resolve("dnsmasq.names");
    }
}
