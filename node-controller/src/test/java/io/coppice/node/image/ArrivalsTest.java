package io.coppice.node.image;

import static io.coppice.node.lab.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.node.disk.DiskStore.CachedBase;
import io.coppice.node.image.ImageCache.Arrival;
import io.coppice.node.image.ImageCache.ImageSpec;
import io.coppice.node.image.serve.ArrivalFolder;
import io.coppice.node.image.serve.RateLimit;
import io.coppice.node.lab.Host;
import io.coppice.node.lab.RangeStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, guests would read bytes that nobody registered, or wait for ever for an image whose process has died or
 * whose address has run out. The real process, read by QEMU's own client.
 */
class ArrivalsTest {
    private static final int BYTES = (5 << 20) + 777;
    private static final int HELD = 3 << 20;

    @TempDir
    Path folder;

    private final byte[] content = new byte[BYTES];
    private Path file;
    private RangeStore store;
    private Arrivals arrivals;
    private HttpImageCache cache;
    private volatile Set<String> inUse = Set.of();

    @BeforeEach
    void open() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-io")), "qemu-utils is not installed");
        new Random(3).nextBytes(content);
        file = Files.write(folder.resolve("file"), content);
        store = RangeStore.of(file);
        openCache(Duration.ofMinutes(10));
    }

    private void openCache(Duration unwantedLimit) throws Exception {
        var settings = new Arrivals.Settings(
                arriving(), 1 << 10, 2, Duration.ofSeconds(60), unwantedLimit, 0, Optional.empty());
        arrivals = new Arrivals(settings, () -> inUse);
        cache = new HttpImageCache(
                folder.resolve("images"),
                new HttpImageCache.Limits(1 << 30, 0),
                () -> inUse,
                new Downloader(null, Duration.ofSeconds(5), new RateLimit(0)),
                arrivals,
                Clock.systemUTC());
    }

    @AfterEach
    void close() throws Exception {
        if (store != null) {
            cache.close();
            Arrivals.stopAll(arriving());
            store.close();
        }
    }

    private Path arriving() {
        return folder.resolve("arriving");
    }

    private ImageSpec spec(String format) throws Exception {
        var hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        return new ImageSpec(hash, content.length, format, store.address());
    }

    @Test
    void anImageIsReadBeforeItIsHereAndIsOrdinaryOnceItIs() throws Exception {
        store.hold(HELD, HELD + 1);
        var spec = spec("raw");
        var base = cache.fetchToBoot(spec, percent -> {});
        assertTrue(base.served().isPresent());
        assertTrue(canRead(base, 4 << 20, 4096), "what lies behind what is held back");
        assertEquals(Arrival.COMING, cache.arrival(spec.sha256()));
        assertEquals(List.of(), cache.cached(10));
        assertEquals(content.length, cache.sizeBytes(), "its room is spoken for");

        store.release();
        eventually("the image is here", () -> cache.cached(10).equals(List.of(spec.sha256())));
        assertArrayEquals(content, Files.readAllBytes(base.file()));
        assertFalse(Files.getPosixFilePermissions(base.file()).toString().contains("WRITE"));
        var whole = folder.resolve("whole");
        assertTrue(Host.run("qemu-img", "convert", "-f", "raw", "-O", "raw", uri(base), whole.toString())
                .succeeded());
        // QEMU counts in sectors.
        var read = Arrays.copyOf(Files.readAllBytes(whole), BYTES);
        assertArrayEquals(content, read, "who reads it where it was served goes on");
        var requests = store.requests();
        assertEquals(Optional.empty(), cache.fetchToBoot(spec, percent -> {}).served());
        assertEquals(requests, store.requests());
    }

    @Test
    void aProcessThatDiesIsStartedAgainAndGoesOnWhereItWas() throws Exception {
        store.hold(HELD, HELD + 1);
        var spec = spec("raw");
        var base = cache.fetchToBoot(spec, percent -> {});
        var pidFile = ArrivalFolder.of(arriving(), spec.sha256()).pid();
        var first = Files.readString(pidFile);
        ProcessHandle.of(Long.parseLong(first)).orElseThrow().destroyForcibly();
        eventually("another one serves it", () -> canRead(base, 0, 4096));
        assertNotEquals(first, Files.readString(pidFile));
        // As after a restart of the Node Controller: what arrives is found by its folder.
        arrivals.close();
        openCache(Duration.ofMinutes(10));
        assertEquals(base, cache.fetchToBoot(spec, percent -> {}));
        store.release();
        eventually("the image is here", () -> cache.cached(10).equals(List.of(spec.sha256())));
        assertArrayEquals(content, Files.readAllBytes(base.file()));
    }

    @Test
    void anAddressThatRanOutIsReplaced() throws Exception {
        store.hold(HELD, HELD + 1);
        var spec = spec("raw");
        var base = cache.fetchToBoot(spec, percent -> {});
        store.move("/fresh");
        store.release();
        eventually("a fresh one is wanted", () -> cache.arrival(spec.sha256()) == Arrival.WAITS_FOR_ADDRESS);
        assertEquals(List.of(), cache.cached(10));
        cache.renew(spec("raw"));
        eventually("the image is here", () -> cache.cached(10).equals(List.of(spec.sha256())));
        assertArrayEquals(content, Files.readAllBytes(base.file()));
    }

    @Test
    void otherBytesThanRegisteredAreNotReadAnyMore() throws Exception {
        store.hold(HELD, HELD + 1);
        content[BYTES - 1]++;
        var spec = spec("raw");
        inUse = Set.of(spec.sha256());
        var base = cache.fetchToBoot(spec, percent -> {});
        assertTrue(canRead(base, 0, 4096), "it is not known yet");
        store.release();
        eventually("it is known", () -> cache.arrival(spec.sha256()) == Arrival.REFUSED);
        assertFalse(canRead(base, 0, 4096));
        assertEquals(List.of(), cache.cached(10));
        var failure = assertThrows(ImageUnavailableException.class, () -> cache.fetchToBoot(spec, percent -> {}));
        assertFalse(failure.worthRetrying());

        arrivals.close();
        openCache(Duration.ofMillis(1));
        inUse = Set.of();
        eventually("it goes when no disk is made from it", () -> cache.arrival(spec.sha256()) == Arrival.NONE);
        assertEquals(0, cache.sizeBytes());
    }

    @Test
    void anImageThatNamesAnotherFileIsRefusedBeforeQemuSeesIt() throws Exception {
        var header = ByteBuffer.wrap(content);
        header.putInt(0x514649fb).putInt(3).putLong(200).putInt(11);
        header.put(200, "/etc/shadow".getBytes(StandardCharsets.US_ASCII));
        Files.write(file, content);
        var failure =
                assertThrows(ImageUnavailableException.class, () -> cache.fetchToBoot(spec("qcow2"), percent -> {}));
        assertFalse(failure.worthRetrying());
        try (var left = Files.list(arriving())) {
            assertEquals(0, left.count());
        }
    }

    private static String uri(CachedBase base) {
        var served = base.served().orElseThrow();
        return "nbd+unix:///" + served.exportName() + "?socket=" + served.socket();
    }

    private static boolean canRead(CachedBase base, int offset, int length) throws Exception {
        var result = Host.run("qemu-io", "-r", "-f", "raw", "-c", "read %d %d".formatted(offset, length), uri(base));
        return result.succeeded() && result.output().contains("read " + length + "/" + length);
    }
}
