package io.coppice.server.bench.s3;

import io.coppice.server.bench.BenchFolder;
import io.coppice.server.process.HostCommand;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The limit: files by {@code sendfile}, uploads without a sync, no S3 at all. */
final class Nginx implements S3Peer {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final BenchFolder folder;
    private final int port;

    Nginx() throws IOException {
        BenchFolder.require("nginx", "nginx-light");
        this.folder = BenchFolder.create("nginx");
        this.port = BenchFolder.freePort();
    }

    @Override
    public String name() {
        return "nginx";
    }

    @Override
    public S3Connection.Target start() throws IOException {
        Files.createDirectories(folder.path().resolve("files"));
        Files.createDirectories(folder.path().resolve("incoming"));
        Files.writeString(configuration(), """
                user root;
                worker_processes 2;
                pid %1$s/pid;
                error_log %1$s/error.log;
                events { worker_connections 1024; }
                http {
                    access_log off;
                    sendfile on;
                    tcp_nopush on;
                    keepalive_requests 100000000;
                    client_max_body_size 0;
                    client_body_temp_path %1$s/incoming;
                    open_file_cache max=4000 inactive=60s;
                    server {
                        listen 127.0.0.1:%2$d;
                        root %1$s/files;
                        location / { dav_methods PUT DELETE; create_full_put_path on; }
                    }
                }
                """.formatted(folder.path(), port));
        var started = HostCommand.run(LIMIT, "nginx", "-c", configuration().toString());
        if (!started.succeeded()) {
            throw new IOException(started.lastLine());
        }
        BenchFolder.awaitPort(port);
        return new S3Connection.Target(URI.create("http://127.0.0.1:" + port), "us-east-1", "", "");
    }

    private Path configuration() {
        return folder.path().resolve("nginx.conf");
    }

    @Override
    public List<Long> pids() {
        try {
            return List.of(
                    Long.valueOf(Files.readString(folder.path().resolve("pid")).strip()));
        } catch (IOException e) {
            // It is not up.
            return List.of();
        }
    }

    @Override
    public void stop() {
        HostCommand.run(LIMIT, "nginx", "-c", configuration().toString(), "-s", "stop");
    }

    @Override
    public void close() {
        if (Files.exists(folder.path().resolve("pid"))) {
            stop();
        }
        folder.remove();
    }
}
