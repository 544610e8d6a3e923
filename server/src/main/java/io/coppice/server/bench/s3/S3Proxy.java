package io.coppice.server.bench.s3;

import io.coppice.server.bench.BenchFolder;
import io.coppice.server.process.HostCommand;
import io.coppice.server.process.JavaCommand;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** s3proxy over a folder, from Maven's repository. It never syncs what it wrote. */
final class S3Proxy implements S3Peer {
    private static final String VERSION = "4.1.1";
    private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";
    private static final Duration FETCH_LIMIT = Duration.ofMinutes(5);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final BenchFolder folder;
    private final int port;
    private final Path jar;
    private @Nullable Process process;

    S3Proxy() throws IOException {
        this.folder = BenchFolder.create("s3proxy");
        this.port = BenchFolder.freePort();
        this.jar = folder.path().resolve("s3proxy-" + VERSION + "-jar-with-dependencies.jar");
        var wrapper = JavaCommand.home().resolve("mvnw").toString();
        var fetched = HostCommand.run(
                FETCH_LIMIT,
                Map.of(),
                "",
                List.of(
                        wrapper,
                        "-B",
                        "-q",
                        "-f",
                        JavaCommand.home().resolve("pom.xml").toString(),
                        "-N",
                        PLUGIN,
                        "-Dartifact=org.gaul:s3proxy:" + VERSION + ":jar:jar-with-dependencies",
                        "-DoutputDirectory=" + folder.path()));
        if (!fetched.succeeded() || !Files.isReadable(jar)) {
            folder.remove();
            throw new IOException("s3proxy " + VERSION + " does not come from Maven: " + fetched.lastLine());
        }
    }

    @Override
    public String name() {
        return "s3proxy";
    }

    @Override
    public S3Connection.Target start() throws IOException {
        var data = Files.createDirectories(folder.path().resolve("data"));
        var settings = Files.writeString(folder.path().resolve("s3proxy.conf"), """
                s3proxy.endpoint=http://127.0.0.1:%d
                s3proxy.authorization=aws-v2-or-v4
                s3proxy.identity=bench
                s3proxy.credential=bench-secret
                jclouds.provider=filesystem
                jclouds.identity=none
                jclouds.credential=none
                jclouds.filesystem.basedir=%s
                """.formatted(port, data));
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-DLOG_LEVEL=warn",
                        "-jar",
                        jar.toString(),
                        "--properties",
                        settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.path().resolve("s3proxy.log").toFile())
                .start();
        BenchFolder.awaitPort(port);
        return new S3Connection.Target(URI.create("http://127.0.0.1:" + port), "us-east-1", "bench", "bench-secret");
    }

    @Override
    public List<Long> pids() {
        var running = process;
        return running == null ? List.of() : List.of(running.pid());
    }

    @Override
    public void stop() {
        var running = process;
        process = null;
        if (running == null) {
            return;
        }
        running.destroy();
        try {
            if (!running.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                running.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
        folder.remove();
    }
}
