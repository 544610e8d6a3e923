package io.coppice.walrus.blob;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, blobs could not be kept in Ceph: the store that Walrus outgrows one machine with. The gateway is a real
 * one, on a cluster of one disk that is made for the test and ends with it.
 */
@Tag("full")
class RadosGatewayTest extends BlobStoreContract {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Path SCRIPT = Path.of("..", "testing", "s3-bench", "radosgw");

    /** What Ceph calls its region where nobody gave it another name; it makes no buckets elsewhere. */
    private static final String ZONE_GROUP = "default";

    @TempDir
    static Path folder;

    private static int port;
    private static S3BlobStore.Credentials credentials;
    private S3BlobStore store;

    @BeforeAll
    static void start() throws Exception {
        for (var program : List.of("ceph-mon", "ceph-mgr", "ceph-osd", "ceph", "radosgw", "radosgw-admin")) {
            assumeTrue(
                    Stream.of("/usr/bin", "/usr/sbin").anyMatch(place -> Files.isExecutable(Path.of(place, program))),
                    program + " is not installed: apt-get install --no-install-recommends ceph-mon ceph-mgr ceph-osd"
                            + " ceph-common radosgw");
        }
        try (var probe = new ServerSocket(0)) {
            port = probe.getLocalPort();
        }
        assertEquals(0, script("start", cluster().toString(), Integer.toString(port)), () -> "read " + log());
        var keys = new Properties();
        try (var reader = Files.newBufferedReader(cluster().resolve("credentials"))) {
            keys.load(reader);
        }
        credentials = new S3BlobStore.Credentials(
                keys.getProperty("AWS_ACCESS_KEY_ID"), keys.getProperty("AWS_SECRET_ACCESS_KEY"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (Files.exists(cluster())) {
            script("stop", cluster().toString());
        }
    }

    @BeforeEach
    void open() throws IOException {
        var name = "blobs-"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        store = S3BlobStore.open(
                new S3BlobStore.Place("http://127.0.0.1:" + port, ZONE_GROUP, name, "walrus/"),
                credentials,
                folder.resolve(name),
                0,
                Duration.ofSeconds(60));
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    @Override
    BlobStore store() {
        return store;
    }

    private static Path cluster() {
        return folder.resolve("cluster");
    }

    private static String log() {
        try {
            return Files.readString(folder.resolve("script.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static int script(String... arguments) throws IOException, InterruptedException {
        var process = new ProcessBuilder(Stream.concat(Stream.of(SCRIPT.toString()), Stream.of(arguments))
                        .toList())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("script.log").toFile())
                .start();
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return -1;
        }
        return process.exitValue();
    }
}
