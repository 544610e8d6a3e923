package io.coppice.server.bench;

import io.coppice.server.OperatorException;
import io.coppice.server.process.HostCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Sees what guests of a VPC ask by DHCP and when they are answered, in the namespace of the VPC on this machine: as the kernel traces
 * these packets, whoever answers. Source: nft(8), "monitor trace".
 */
final class DhcpTrace implements AutoCloseable {
    private static final String TABLE = "inet coppice_bench";
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(20);
    /** An offer and an acknowledgement, each after a question (RFC 2131, section 3.1). */
    private static final int ANSWERS = 2;

    private final String namespace;
    private final Process monitor;
    private final LinkedBlockingQueue<Seen> seen = new LinkedBlockingQueue<>();

    /** A packet as nft(8) writes it, and when it was seen. */
    private record Seen(double uptime, String packet) {
        boolean isQuestionOf(String mac) {
            return packet.contains(" udp dport 67 ") && packet.contains("ether saddr " + mac);
        }

        boolean isAnswerTo(String address) {
            return packet.contains(" udp sport 67 ")
                    && (packet.contains("ip daddr " + address + " ") || packet.contains("ip daddr 255.255.255.255 "));
        }
    }

    /**
     * When a guest got its address, in seconds since boot.
     *
     * @param asked its first question was here
     * @param waited seconds that it waited for answers, all together
     */
    record Exchange(double asked, double waited) {}

    private DhcpTrace(String namespace, Process monitor) {
        this.namespace = namespace;
        this.monitor = monitor;
    }

    /** Begins to look; the namespace must be there. */
    static DhcpTrace in(String namespace) throws IOException {
        nft(namespace, "add table " + TABLE);
        for (var way : List.of("input udp dport 67", "output udp sport 67")) {
            var hook = way.substring(0, way.indexOf(' '));
            nft(namespace, "add chain %s %s { type filter hook %s priority -400; }".formatted(TABLE, hook, hook));
            nft(namespace, "add rule %s %s meta nftrace set 1".formatted(TABLE, way));
        }
        var monitor = new ProcessBuilder("ip", "netns", "exec", namespace, "stdbuf", "-oL", "nft", "monitor", "trace")
                .redirectError(Redirect.DISCARD)
                .start();
        var trace = new DhcpTrace(namespace, monitor);
        Thread.ofVirtual().name("dhcp-trace").start(trace::read);
        return trace;
    }

    private static void nft(String namespace, String command) {
        var result = HostCommand.run(COMMAND_LIMIT, "ip", "netns", "exec", namespace, "nft", command);
        if (!result.succeeded()) {
            throw new OperatorException(
                    "nft " + command + ": " + result.lastLine(), "Look at the network with \"ip netns\".");
        }
    }

    private void read() {
        try (var lines = new BufferedReader(monitor.inputReader(StandardCharsets.US_ASCII))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.contains("coppice_bench") && line.contains(" packet: ")) {
                    seen.add(new Seen(ProcessTable.uptimeSeconds(), line));
                }
            }
        } catch (IOException e) {
            // It ended; whoever waits is told by the time.
        }
    }

    /**
     * Waits until a guest has been answered; throws when that takes longer than the limit.
     *
     * @param mac of its interface
     * @param address that it is given
     */
    Exchange await(String mac, String address, Duration limit) throws InterruptedException {
        var end = System.nanoTime() + limit.toNanos();
        var first = -1.0;
        var asked = -1.0;
        var waited = 0.0;
        var answers = 0;
        while (answers < ANSWERS) {
            var next = seen.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                throw new OperatorException(
                        "no guest was given an address within " + limit, "Look at its console, and coppice doctor.");
            }
            if (next.isQuestionOf(mac)) {
                first = first < 0 ? next.uptime() : first;
                asked = asked < 0 ? next.uptime() : asked;
            } else if (asked >= 0 && next.isAnswerTo(address)) {
                waited += next.uptime() - asked;
                asked = -1;
                answers++;
            }
        }
        return new Exchange(first, waited);
    }

    @Override
    public void close() {
        monitor.destroy();
        nft(namespace, "delete table " + TABLE);
    }
}
