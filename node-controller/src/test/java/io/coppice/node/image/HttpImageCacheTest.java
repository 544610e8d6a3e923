package io.coppice.node.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.coppice.node.disk.DiskStore.CachedBase;
import io.coppice.node.image.ImageCache.ImageSpec;
import io.coppice.node.image.serve.RateLimit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, guests would boot from bytes that nobody registered, or hosts would download the same image again and again. */
class HttpImageCacheTest {
    @TempDir
    Path folder;

    private final List<Arrivals> opened = new CopyOnWriteArrayList<>();
    private final List<String> ranges = new CopyOnWriteArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch gate = new CountDownLatch(1);
    private HttpServer server;
    private byte[] content;
    private volatile int status = 200;
    private volatile int breakAfterBytes = Integer.MAX_VALUE;
    private volatile boolean gated;
    private volatile boolean mute;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private Set<String> inUse = Set.of();

    @BeforeEach
    void startStore() throws IOException {
        content = new byte[700_000];
        new Random(1).nextBytes(content);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::serve);
        server.start();
    }

    @AfterEach
    void stopStore() {
        gate.countDown();
        server.stop(0);
        opened.forEach(Arrivals::close);
    }

    private void serve(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        if (mute) {
            awaitGate();
        }
        var range = exchange.getRequestHeaders().getFirst("Range");
        ranges.add(String.valueOf(range));
        if (status != 200) {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
            return;
        }
        var from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from);
        try (var body = exchange.getResponseBody()) {
            if (gated) {
                // So that the head is gone, too: it waits for the first byte.
                body.write(content, from++, 1);
                body.flush();
                awaitGate();
            }
            body.write(content, from, Math.min(content.length - from, breakAfterBytes));
        }
    }

    private void awaitGate() {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void fetchesOnceAndKeepsItReadOnly() throws Exception {
        var cache = cache(10 << 20);
        var progress = new CopyOnWriteArrayList<Integer>();
        var base = cache.fetch(spec("raw"), progress::add);
        assertArrayEquals(content, Files.readAllBytes(base.file()));
        assertFalse(Files.getPosixFilePermissions(base.file()).toString().contains("WRITE"));
        assertTrue(progress.contains(100));
        assertEquals(base, cache.fetch(spec("raw"), percent -> {}));
        assertEquals(base, cache(10 << 20).fetch(spec("raw"), percent -> {}), "a new process finds it");
        assertEquals(1, requests.get());
        assertEquals(List.of(base.sha256()), cache.cached(10));
        assertEquals(content.length, cache.sizeBytes());
    }

    @Test
    void manyWishesMakeOneDownload() throws Exception {
        gated = true;
        var cache = cache(10 << 20);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var wishes = List.of(1, 2, 3, 4, 5).stream()
                    .map(i -> threads.submit(() -> cache.fetch(spec("raw"), percent -> {})))
                    .toList();
            gate.countDown();
            for (Future<CachedBase> wish : wishes) {
                assertArrayEquals(content, Files.readAllBytes(wish.get().file()));
            }
        }
        assertEquals(1, requests.get());
    }

    @Test
    void aBrokenDownloadIsResumedWhereItEnded() throws Exception {
        breakAfterBytes = 300_000;
        var cache = cache(10 << 20);
        var failure = assertThrows(ImageUnavailableException.class, () -> cache.fetch(spec("raw"), percent -> {}));
        assertTrue(failure.worthRetrying(), failure.getMessage());
        breakAfterBytes = Integer.MAX_VALUE;
        var base = cache.fetch(spec("raw"), percent -> {});
        assertArrayEquals(content, Files.readAllBytes(base.file()));
        assertEquals("null", ranges.getFirst());
        assertTrue(ranges.getLast().startsWith("bytes="), ranges.toString());
    }

    @Test
    void otherBytesThanRegisteredAreRefusedForGood() throws Exception {
        var spec = spec("raw");
        content[5]++;
        var cache = cache(10 << 20);
        var failure = assertThrows(ImageUnavailableException.class, () -> cache.fetch(spec, percent -> {}));
        assertFalse(failure.worthRetrying());
        assertEquals(0, cache.sizeBytes(), "nothing stays");
    }

    @Test
    void anExpiredAddressIsWorthRetrying() throws Exception {
        status = 403;
        var cache = cache(10 << 20);
        var failure = assertThrows(ImageUnavailableException.class, () -> cache.fetch(spec("raw"), percent -> {}));
        assertTrue(failure.worthRetrying());
        assertTrue(failure.toString().contains("403"), failure.getMessage());
    }

    @Test
    void aStoreThatDoesNotAnswerIsGivenUp() throws Exception {
        mute = true;
        var failure = assertThrows(
                ImageUnavailableException.class, () -> cache(10 << 20).fetch(spec("raw"), percent -> {}));
        assertTrue(failure.worthRetrying());
    }

    @Test
    void aStoreThatSendsNothingIsGivenUp() throws Exception {
        gated = true;
        var failure = assertThrows(
                ImageUnavailableException.class, () -> cache(10 << 20).fetch(spec("raw"), percent -> {}));
        assertTrue(failure.worthRetrying());
    }

    @Test
    void anImageThatNamesAnotherFileIsRefused() throws Exception {
        var header = ByteBuffer.allocate(1024);
        header.putInt(0x514649fb).putInt(3).putLong(200).putInt(11);
        header.put(200, "/etc/shadow".getBytes(StandardCharsets.US_ASCII));
        content = header.array();
        var failure = assertThrows(
                ImageUnavailableException.class, () -> cache(10 << 20).fetch(spec("qcow2"), percent -> {}));
        assertFalse(failure.worthRetrying());
        content = Arrays.copyOf("this is no image".getBytes(StandardCharsets.US_ASCII), 600);
        failure = assertThrows(
                ImageUnavailableException.class, () -> cache(10 << 20).fetch(spec("qcow2"), percent -> {}));
        assertFalse(failure.worthRetrying());
    }

    @Test
    void theLeastRecentlyUsedImageWithoutADiskGoesFirst() throws Exception {
        var cache = cache(1_500_000);
        var first = cache.fetch(spec("raw"), percent -> {});
        now = now.plus(Duration.ofHours(1));
        content[0]++;
        var second = cache.fetch(spec("raw"), percent -> {});
        now = now.plus(Duration.ofHours(1));
        inUse = Set.of(first.sha256());
        content[0]++;
        cache.fetch(spec("raw"), percent -> {});
        assertTrue(Files.exists(first.file()), "a disk reads from it");
        assertFalse(Files.exists(second.file()));
        content[0]++;
        assertThrows(
                FileSystemException.class, () -> cache.fetch(spec("raw"), percent -> {}), "all are in use or fresh");
    }

    private HttpImageCache cache(long maximumBytes) throws IOException {
        var clock = new Clock() {
            @Override
            public Instant instant() {
                return now;
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
        return new HttpImageCache(
                folder.resolve("images"),
                new HttpImageCache.Limits(maximumBytes, 0),
                () -> inUse,
                new Downloader(null, Duration.ofSeconds(1), new RateLimit(0)),
                arrivals(),
                clock);
    }

    private Arrivals arrivals() throws IOException {
        var settings = new Arrivals.Settings(
                folder.resolve("arriving"),
                Long.MAX_VALUE,
                0,
                Duration.ofSeconds(1),
                Duration.ofMinutes(1),
                0,
                Optional.empty());
        var arrivals = new Arrivals(settings, () -> inUse);
        opened.add(arrivals);
        return arrivals;
    }

    private ImageSpec spec(String format) throws Exception {
        var hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        var url = URI.create(
                "http://127.0.0.1:%d/image".formatted(server.getAddress().getPort()));
        return new ImageSpec(hash, content.length, format, url);
    }
}
