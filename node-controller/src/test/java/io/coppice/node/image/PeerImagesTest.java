package io.coppice.node.image;

import static io.coppice.node.lab.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.foundation.secret.ImageTicket;
import io.coppice.node.image.ImageCache.ImageSpec;
import io.coppice.node.image.serve.PeerClient;
import io.coppice.node.image.serve.PeerOffer;
import io.coppice.node.image.serve.PeerOffer.Peer;
import io.coppice.node.image.share.ImageShare;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, one host could put bytes of its own under the guests of others, a host that is slow or gone would keep launches
 * waiting, or every host would take every image from the store.
 */
@Timeout(120)
class PeerImagesTest {
    private static final int BYTES = (3 << 20) + 123;
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    private final byte[] content = new byte[BYTES];
    private final AtomicLong storeBytes = new AtomicLong();
    private final List<Integer> storeFrom = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final CountDownLatch gate = new CountDownLatch(1);
    private volatile int heldFrom = Integer.MAX_VALUE;
    private CertificateAuthority authority;
    private HttpServer store;
    private String sha256;

    @BeforeEach
    void open() throws Exception {
        new Random(11).nextBytes(content);
        sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        authority = CertificateAuthority.openOrCreate(folder.resolve("ca"), Clock.systemUTC());
        store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        store.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        store.createContext("/", this::serve);
        store.start();
    }

    @AfterEach
    void close() throws Exception {
        gate.countDown();
        for (var each : opened) {
            each.close();
        }
        store.stop(0);
    }

    /** Counts what it sends, and holds back what it is told to until the gate is opened. */
    private void serve(HttpExchange exchange) throws IOException {
        var range = String.valueOf(exchange.getRequestHeaders().getFirst("Range"));
        var bounds = range.replaceFirst("bytes=", "").split("-");
        var from = range.equals("null") ? 0 : Integer.parseInt(bounds[0]);
        var end = bounds.length > 1 && !range.equals("null") ? Integer.parseInt(bounds[1]) + 1 : BYTES;
        storeFrom.add(from);
        exchange.sendResponseHeaders(range.equals("null") ? 200 : 206, end - from);
        try (var body = exchange.getResponseBody()) {
            var now = Math.clamp(heldFrom, from, end);
            body.write(content, from, now - from);
            body.flush();
            storeBytes.addAndGet(now - from);
            if (now < end) {
                gate.await();
                body.write(content, now, end - now);
                storeBytes.addAndGet(end - now);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private SharingHost host() throws IOException {
        return kept(new SharingHost(authority, folder));
    }

    private FakePeer fake(FakePeer.Body body) throws IOException {
        return kept(new FakePeer(authority, body));
    }

    private <T extends AutoCloseable> T kept(T each) {
        opened.add(each);
        return each;
    }

    private ImageSpec spec(SharingHost host, Peer... others) {
        return new ImageSpec(sha256, BYTES, "raw", storeAddress(), host.offer(sha256, others));
    }

    private URI storeAddress() {
        return URI.create("http://127.0.0.1:" + store.getAddress().getPort() + "/image");
    }

    private void fetch(SharingHost host, Peer... others) throws Exception {
        var base = host.cache().fetch(spec(host, others), percent -> {});
        assertArrayEquals(content, Files.readAllBytes(base.file()));
    }

    @Test
    void anImageForFourHostsThatBeginAtOnceCrossesTheStoreOnce() throws Exception {
        heldFrom = BYTES / 2;
        var hosts = List.of(host(), host(), host(), host());
        var root = hosts.getFirst();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var wishes = new ArrayList<Future<?>>();
            wishes.add(threads.submit(() -> {
                fetch(root);
                return true;
            }));
            eventually("the first one has half of it", () -> storeBytes.get() == BYTES / 2);
            var second = hosts.get(1);
            // Two ask the first one, and the last one asks the second: both give what they do not have whole.
            for (var host : List.of(second, hosts.get(2))) {
                wishes.add(threads.submit(() -> {
                    fetch(host, root.peer());
                    return true;
                }));
            }
            eventually("the second one has some of it", () -> percent(second) >= 30);
            wishes.add(threads.submit(() -> {
                fetch(hosts.get(3), second.peer(), root.peer());
                return true;
            }));
            eventually("the last one has some of it", () -> percent(hosts.get(3)) >= 30);
            gate.countDown();
            for (var wish : wishes) {
                wish.get();
            }
        }
        assertEquals(BYTES, storeBytes.get(), "bytes from the store");
        fetch(host(), root.peer());
        assertEquals(BYTES, storeBytes.get(), "one that begins later takes it from a host that has it");
    }

    private int percent(SharingHost host) {
        return host.cache().coming().getOrDefault(sha256, 0);
    }

    @Test
    void whoseBytesWereWrongIsNotAskedAgain() throws Exception {
        var wrong = content.clone();
        wrong[BYTES - 5]++;
        var liar = fake((out, from, end) -> out.write(wrong, from, end - from));
        var host = host();
        fetch(host, liar.peer());
        assertEquals(BYTES, storeBytes.get(), "the store gave all of it");
        assertEquals(1, liar.asked());
        assertFalse(host.peers().isTrusted(liar.peer()));
        Files.delete(host.cache().fetch(spec(host), percent -> {}).file());
        fetch(host, liar.peer());
        assertEquals(1, liar.asked());
    }

    @Test
    void aFetchGoesOnWhereAnotherHostFellSilentClosedOrWasSlow() throws Exception {
        var third = BYTES / 3;
        var closing = fake((out, from, end) -> out.write(content, from, third));
        var silent = new FakePeer[1];
        silent[0] = fake((out, from, end) -> {
            out.write(content, from, third);
            out.flush();
            silent[0].fallSilent();
        });
        fetch(host(), closing.peer(), silent[0].peer());
        assertEquals(List.of(2 * third), storeFrom, "from the first byte that is missing");
        var whole = host();
        fetch(whole);
        storeFrom.clear();
        fetch(host(), closing.peer(), whole.peer());
        assertEquals(List.of(), storeFrom, "from another host before the store");
    }

    @Test
    void aHostThatIsGoneOrHasNothingCostsNothingButTheQuestion() throws Exception {
        var gone = new FakePeer(authority, (out, from, end) -> {});
        gone.close();
        var empty = host();
        var stranger = kept(
                new SharingHost(CertificateAuthority.openOrCreate(folder.resolve("other"), Clock.systemUTC()), folder));
        fetch(stranger);
        storeFrom.clear();
        fetch(host(), gone.peer(), empty.peer(), stranger.peer(), new Peer("no host", "no address"));
        assertEquals(List.of(0), storeFrom);
    }

    @Test
    void onlyHostsOfTheZoneGetNothingButImages() throws Exception {
        var giver = host();
        fetch(giver);
        var taker = host();
        var ticket = taker.offer(sha256).ticket();
        assertEquals(10, ask(taker.own().current(), giver, sha256, ticket).length);
        assertEquals(
                "403",
                refusal(
                        taker.own().current(),
                        giver,
                        sha256,
                        giver.offer(sha256).ticket()));
        assertEquals("403", refusal(taker.own().current(), giver, sha256, ""));
        var otherZone = ImageTicket.of(HexFormat.of().parseHex("01".repeat(32)), taker.id(), sha256);
        assertEquals("403", refusal(taker.own().current(), giver, sha256, otherZone));
        var unknown = "cd".repeat(32);
        assertEquals(
                "404",
                refusal(
                        taker.own().current(),
                        giver,
                        unknown,
                        taker.offer(unknown).ticket()));
        var path = "../" + sha256;
        assertEquals(
                "400",
                refusal(taker.own().current(), giver, path, taker.offer(path).ticket()));
        var walrus = authority.issue(new PeerIdentity(PeerKind.WALRUS, taker.id()), Set.of());
        assertThrows(IOException.class, () -> ask(walrus, giver, sha256, ticket), "no host");
    }

    private byte[] ask(TlsMaterial own, SharingHost giver, String image, String ticket) throws Exception {
        try (var client = new PeerClient(giver.peer(), own)) {
            return client.all(new PeerClient.Wish(image, ticket, 5, 15), SOON);
        }
    }

    private String refusal(TlsMaterial own, SharingHost giver, String image, String ticket) {
        var refusal = assertThrows(IOException.class, () -> ask(own, giver, image, ticket));
        return String.valueOf(refusal.getMessage()).replaceFirst(".*HTTP status ", "");
    }

    @Test
    void aHostGivesToSoManyAtATime() throws Exception {
        heldFrom = BYTES / 2;
        var giver = kept(new SharingHost(
                authority, folder, Long.MAX_VALUE, new ImageShare.Limits(1, 0, Duration.ofSeconds(30))));
        var taker = host();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(() -> {
                fetch(giver);
                return true;
            });
            eventually("the giver has half of it", () -> percent(giver) >= 40);
            var second = threads.submit(() -> {
                fetch(taker, giver.peer());
                return true;
            });
            eventually("the taker has some of it", () -> percent(taker) >= 30);
            assertEquals(
                    "503",
                    refusal(
                            taker.own().current(),
                            giver,
                            sha256,
                            taker.offer(sha256).ticket()));
            gate.countDown();
            assertTrue(first.get() && second.get());
        }
        assertEquals(BYTES, storeBytes.get());
    }

    @Test
    void anArrivingImageComesFromAnotherHostButForWhatGuestsWait() throws Exception {
        var giver = host();
        fetch(giver);
        storeBytes.set(0);
        var taker =
                kept(new SharingHost(authority, folder, 1 << 10, new ImageShare.Limits(2, 0, Duration.ofSeconds(5))));
        var base = taker.cache().fetchToBoot(spec(taker, giver.peer()), percent -> {});
        assertTrue(base.served().isPresent());
        eventually("the image is here", () -> taker.cache().cached(1).equals(List.of(sha256)));
        assertArrayEquals(content, Files.readAllBytes(base.file()));
        assertEquals(1 << 20, storeBytes.get(), "its head, which is looked at before a guest may read it");
    }

    @Test
    void anArrivingImageIsRightAlthoughAnotherHostLies() throws Exception {
        var wrong = content.clone();
        wrong[BYTES - 5]++;
        var liar = fake((out, from, end) -> out.write(wrong, from, end - from));
        var taker =
                kept(new SharingHost(authority, folder, 1 << 10, new ImageShare.Limits(2, 0, Duration.ofSeconds(5))));
        var base = taker.cache().fetchToBoot(spec(taker, liar.peer()), percent -> {});
        eventually("the image is here", () -> taker.cache().cached(1).equals(List.of(sha256)));
        assertArrayEquals(content, Files.readAllBytes(base.file()));
        eventually("who lied is known", () -> !taker.peers().isTrusted(liar.peer()));
    }

    @Test
    void anOfferDoesNotShowItsTicket() {
        assertFalse(new PeerOffer(List.of(), "secret").toString().contains("secret"));
    }
}
