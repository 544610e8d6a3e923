package io.coppice.walrus.fault;

import io.coppice.foundation.rpc.Address;
import io.coppice.walrus.WalrusFixture;
import io.coppice.walrus.blob.LocalBlobStore;
import io.coppice.walrus.http.S3Server;
import io.coppice.walrus.http.S3Settings;
import io.coppice.walrus.http.Store;
import io.coppice.walrus.metadata.Blobs;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A Walrus in a process of its own, on a database that outlives it, so that it can be killed. Used by one thread. */
final class WalrusProcess implements AutoCloseable {
    private static final String LISTENS = "listens on ";

    private final Process process;
    private final URI endpoint;

    private WalrusProcess(Process process, URI endpoint) {
        this.process = process;
        this.endpoint = endpoint;
    }

    /** Takes the JDBC URL of the database and the folder of the bytes. Runs until it is killed. */
    public static void main(String[] arguments) throws Exception {
        var clock = Clock.systemUTC();
        var transactions = WalrusFixture.transactions(WalrusFixture.sessions(arguments[0]), () -> false);
        var bytes = new LocalBlobStore(Path.of(arguments[1]), 0);
        var store = new Store(transactions, clock, new Blobs(clock), bytes, WalrusFixture.KEYS);
        var server = new S3Server(
                Vertx.vertx(), store, WalrusFixture.identity(), S3Settings.standard("us-east-1"), Optional.empty());
        server.start(new Address("127.0.0.1", 0));
        System.out.println(LISTENS + server.port());
        Thread.currentThread().join();
    }

    /** Starts one and waits until it listens. */
    static WalrusProcess start(String jdbcUrl, Path folder) throws IOException {
        return start(jdbcUrl, folder, List.of("-Xmx256m"));
    }

    /** As the other one, with {@code options} for its Java machine. */
    static WalrusProcess start(String jdbcUrl, Path folder, List<String> options) throws IOException {
        var classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                classes,
                WalrusProcess.class.getName(),
                jdbcUrl,
                folder.toString()));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        var said = new StringBuilder();
        for (var line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
            if (line.startsWith(LISTENS)) {
                // Nobody needs what it says from here on, but a full pipe would stop it.
                Thread.startVirtualThread(() -> output.lines().forEach(any -> {}));
                return new WalrusProcess(process, URI.create("http://127.0.0.1:" + line.substring(LISTENS.length())));
            }
        }
        throw new IOException("the Walrus of its own did not start: " + said);
    }

    URI endpoint() {
        return endpoint;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The memory that it has now, bytes: what of it is in the machine's (proc(5), {@code VmRSS}). */
    long residentBytes() throws IOException {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElseThrow(() -> new IOException("the process has ended"));
        }
    }

    /** As {@code kill -9}: nothing of it runs any more when this returns. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
