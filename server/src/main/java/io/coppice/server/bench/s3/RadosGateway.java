package io.coppice.server.bench.s3;

import io.coppice.server.bench.BenchFolder;
import io.coppice.server.process.HostCommand;
import io.coppice.server.process.JavaCommand;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Ceph's own gateway on a cluster of one BlueStore disk, by the script that starts it without systemd. */
final class RadosGateway implements S3Peer {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final List<String> DAEMONS = List.of("radosgw", "ceph-osd", "ceph-mgr", "ceph-mon");

    private final BenchFolder folder;
    private final int port;
    private S3Connection.@Nullable Target target;

    RadosGateway() throws IOException {
        BenchFolder.require("radosgw", "ceph-mon ceph-mgr ceph-osd ceph-common radosgw");
        this.folder = BenchFolder.create("radosgw");
        this.port = BenchFolder.freePort();
    }

    @Override
    public String name() {
        return "radosgw";
    }

    @Override
    public S3Connection.Target start() throws IOException {
        if (target == null) {
            target = raise();
        }
        return target;
    }

    private S3Connection.Target raise() throws IOException {
        var started = script("start", folder.path().toString(), Integer.toString(port));
        if (!started.succeeded()) {
            throw new IOException(started.lastLine());
        }
        var keys = new Properties();
        try (var reader = Files.newBufferedReader(folder.path().resolve("credentials"))) {
            keys.load(reader);
        }
        return new S3Connection.Target(
                URI.create("http://127.0.0.1:" + port),
                "us-east-1",
                keys.getProperty("AWS_ACCESS_KEY_ID"),
                keys.getProperty("AWS_SECRET_ACCESS_KEY"));
    }

    @Override
    public List<Long> pids() {
        var pids = new ArrayList<Long>();
        for (var daemon : DAEMONS) {
            try {
                pids.add(Long.valueOf(
                        Files.readString(folder.path().resolve(daemon + ".pid")).strip()));
            } catch (IOException e) {
                // It is not up, so it uses no processor either.
                continue;
            }
        }
        return pids;
    }

    @Override
    public void stop() {
        // It idles: a cluster that is stopped with gigabytes of deleted objects may take minutes until it is up again.
    }

    @Override
    public void close() {
        script("stop", folder.path().toString());
        folder.remove();
    }

    private static HostCommand.Result script(String... arguments) {
        var line = new ArrayList<String>();
        line.add(JavaCommand.home().resolve("testing/s3-bench/radosgw").toString());
        line.addAll(List.of(arguments));
        return HostCommand.run(LIMIT, Map.of(), "", line);
    }
}
