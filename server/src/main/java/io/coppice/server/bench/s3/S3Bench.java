package io.coppice.server.bench.s3;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.server.bench.BenchCloud;
import io.coppice.server.bench.EndsWithProcess;
import io.coppice.server.cli.Steps;
import io.coppice.server.process.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The table of {@code coppice bench s3}: Walrus beside radosgw, s3proxy and nginx, on one disk, rounds interleaved. A peer
 * that cannot run here is told and left out. Bounded; judges nothing.
 */
public final class S3Bench {
    private static final Duration LIMIT = Duration.ofMinutes(20);
    private static final Duration DISK_TIME = Duration.ofSeconds(4);

    private final Steps steps;
    private final PrintWriter out;

    /**
     * How long is measured.
     *
     * @param rounds of every peer, one after the other
     * @param seconds of every row in a round
     * @param warmUpSeconds before every row; servers that compile as they run need some
     * @param peers beside Walrus, by name; those that are not named are left out
     */
    public record Extent(int rounds, int seconds, int warmUpSeconds, List<String> peers) {}

    /** Tells its progress by {@code steps}; the table goes to {@code out}. */
    public S3Bench(Steps steps, PrintWriter out) {
        this.steps = steps;
        this.out = out;
    }

    /** Measures and prints; the time is about rounds × peers × 10 × (seconds + warm-up). */
    public void run(Extent extent) throws Exception {
        var results = new S3Results();
        var files = DiskLimit.files(S3Row.PUT_4K.clients(), DISK_TIME);
        var appends = DiskLimit.appends(DISK_TIME);
        var peers = new CopyOnWriteArrayList<S3Peer>();
        try (var running = new EndsWithProcess(() -> peers.forEach(S3Peer::close))) {
            peers.add(new WalrusPeer(steps.run(
                    "a cloud without guests",
                    () -> BenchCloud.temporary("--hypervisor", "simulated", "--hosts", "1"))));
            offer(peers, extent, "radosgw", RadosGateway::new);
            offer(peers, extent, "s3proxy", S3Proxy::new);
            offer(peers, extent, "nginx", Nginx::new);
            for (int round = 1; round <= extent.rounds(); round++) {
                for (var peer : peers) {
                    round(peers, peer, round, extent, results);
                }
            }
        }
        out.printf(
                "%nthe disk: %.0f files of 4 KiB a second from 16 threads (write, fdatasync, rename); %.0f appends of 4 KiB"
                        + " with fdatasync from one%n",
                files, appends);
        results.print(out);
    }

    private void offer(List<S3Peer> peers, Extent extent, String name, Callable<S3Peer> peer) throws Exception {
        if (!extent.peers().contains(name)) {
            return;
        }
        try {
            peers.add(peer.call());
        } catch (IOException e) {
            steps.note(name + " is not here: " + e.getMessage());
        }
    }

    private void round(List<S3Peer> peers, S3Peer peer, int round, Extent extent, S3Results results) throws Exception {
        try {
            results.add(peer.name(), steps.run("round " + round + ": " + peer.name(), () -> {
                var target = peer.start();
                try {
                    return load(peer, target, "bench-" + round, extent);
                } finally {
                    peer.stop();
                }
            }));
        } catch (IOException e) {
            steps.note(peer.name() + " is left out: " + e.getMessage());
            peers.remove(peer);
            peer.close();
        }
    }

    private List<S3Figure> load(S3Peer peer, S3Connection.Target target, String bucket, Extent extent)
            throws IOException, InterruptedException {
        var rows = Arrays.stream(S3Row.values())
                .filter(row -> !target.accessKeyId().isEmpty() || row.ofWebServer())
                .map(Enum::name)
                .collect(Collectors.joining(","));
        var pids = peer.pids().stream().map(String::valueOf).collect(Collectors.joining(","));
        var builder = new ProcessBuilder(JavaCommand.tool(
                S3Load.class.getName(),
                target.endpoint().toString(),
                target.region(),
                bucket,
                Integer.toString(extent.seconds()),
                Integer.toString(extent.warmUpSeconds()),
                rows,
                pids));
        // In the environment, as for other clients: arguments are for everybody to read.
        builder.environment().put("AWS_ACCESS_KEY_ID", target.accessKeyId());
        builder.environment().put("AWS_SECRET_ACCESS_KEY", target.secretAccessKey());
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        var process = builder.start();
        try {
            var figures = figures(process);
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("the load ended early, after " + figures.size() + " rows");
            }
            return figures;
        } finally {
            process.destroyForcibly();
        }
    }

    private static List<S3Figure> figures(Process process) throws IOException {
        var figures = new ArrayList<S3Figure>();
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                figures.add(new ObjectMapper().readValue(line, S3Figure.class));
            }
        }
        return figures;
    }
}
