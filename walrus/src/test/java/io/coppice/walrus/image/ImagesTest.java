package io.coppice.walrus.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.foundation.rpc.Address;
import io.coppice.foundation.rpc.RpcChannels;
import io.coppice.foundation.rpc.RpcServer;
import io.coppice.proto.walrus.v1.CreateDownloadUrlRequest;
import io.coppice.proto.walrus.v1.ImageStoreGrpc;
import io.coppice.proto.walrus.v1.InspectRequest;
import io.coppice.proto.walrus.v1.PinRequest;
import io.coppice.proto.walrus.v1.UnpinRequest;
import io.coppice.walrus.WalrusFixture;
import io.coppice.walrus.bundle.BundleKey;
import io.coppice.walrus.http.S3Server;
import io.coppice.walrus.http.S3Settings;
import io.coppice.walrus.http.SegmentSender;
import io.coppice.walrus.http.Store;
import io.coppice.walrus.metadata.PinnedImages;
import io.coppice.walrus.metadata.Segment;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;

/** If this failed, hosts would run other bytes than those registered, or a tenant's image could name files of the host. */
class ImagesTest {
    private static final String IMAGE = "ami-0123456789abcdef0";
    private static final String COPY = "ami-0123456789abcdef1";

    @TempDir
    Path folder;

    @Test
    void aPinnedImageOutlivesItsObjectAndIsServedToHolderOfItsUrl() throws Exception {
        try (var walrus = new WalrusFixture(folder);
                var s3 = walrus.alice();
                var client = HttpClient.newHttpClient()) {
            var disk = bootable(300_000);
            s3.createBucket(b -> b.bucket("images"));
            s3.putObject(b -> b.bucket("images").key("disk"), RequestBody.fromBytes(disk));
            var store = walrus.store();
            var images = new Images(store.transactions(), store.blobs(), store.bytes(), bundleKey(), store.clock());
            var source = new Images.Source("111111111111", false, "images", "disk", List.of());
            assertThrows(
                    Images.DeniedException.class,
                    () -> images.inspect(new Images.Source("222222222222", false, "images", "disk", List.of())));
            assertEquals(
                    images.inspect(source),
                    images.inspect(new Images.Source("222222222222", true, "images", "disk", List.of())),
                    "the cloud's own account reads every bucket");
            assertEquals("raw", images.inspect(source).image().format());
            var facts = images.pin(source, IMAGE);
            assertEquals(facts, images.pin(source, IMAGE));

            s3.putObject(b -> b.bucket("images").key("disk"), RequestBody.fromString("overwritten"));
            s3.deleteObject(b -> b.bucket("images").key("disk"));
            walrus.collector().collectUnreferenced();

            var urls = DownloadUrls.open(
                    Files.createDirectories(folder.resolve("s")).resolve("secret"), Clock.systemUTC());
            var vertx = Vertx.vertx();
            var downloads = new ImageDownloads(
                    store.transactions(),
                    new PinnedImages(store.clock(), store.blobs()),
                    urls,
                    new SegmentSender(store.bytes(), Duration.ofSeconds(30)),
                    "the certificate");
            try (var server = new S3Server(
                    vertx, store, WalrusFixture.identity(), S3Settings.standard("us-east-1"), Optional.of(downloads))) {
                server.start(new Address("127.0.0.1", 0));
                var base = "http://127.0.0.1:" + server.port();
                var url = base + urls.grant(IMAGE, Duration.ofMinutes(5)).pathAndQuery();
                assertArrayEquals(disk, get(client, url, "bytes=0-").body());
                assertArrayEquals(
                        Arrays.copyOfRange(disk, 100, 200),
                        get(client, url, "bytes=100-199").body());
                assertEquals(
                        "the certificate",
                        new String(
                                get(client, base + "/_coppice/bundle-certificate", "bytes=0-")
                                        .body(),
                                StandardCharsets.UTF_8));
                assertEquals(403, get(client, url + "0", "bytes=0-").statusCode());
                assertEquals(
                        403,
                        get(client, url.replace("expires=", "expires=9"), "bytes=0-")
                                .statusCode());
                var expired = base + urls.grant(IMAGE, Duration.ofSeconds(-1)).pathAndQuery();
                assertEquals(403, get(client, expired, "bytes=0-").statusCode());
                images.unpin(IMAGE);
                images.unpin(IMAGE);
                assertEquals(404, get(client, url, "bytes=0-").statusCode());
            } finally {
                vertx.close();
            }
            walrus.collector().collectUnreferenced();
            assertEquals(0, walrus.blobCount());
        }
    }

    @Test
    void anImageThatIsPinnedAgainOutlivesTheFirst() throws Exception {
        try (var walrus = new WalrusFixture(folder);
                var s3 = walrus.alice()) {
            s3.createBucket(b -> b.bucket("images"));
            s3.putObject(b -> b.bucket("images").key("disk"), RequestBody.fromBytes(bootable(300_000)));
            var store = walrus.store();
            var images = new Images(store.transactions(), store.blobs(), store.bytes(), bundleKey(), store.clock());
            var facts = images.pin(new Images.Source("111111111111", false, "images", "disk", List.of()), IMAGE);
            assertEquals(facts, images.pinAgain(IMAGE, COPY));
            assertEquals(facts, images.pinAgain(IMAGE, COPY), "asked once more, it tells the same");
            s3.deleteObject(b -> b.bucket("images").key("disk"));
            images.unpin(IMAGE);
            walrus.collector().collectUnreferenced();
            assertEquals(Optional.of(facts), images.pinned(COPY));
            assertEquals(1, walrus.blobCount());
            assertThrows(Images.NotFoundException.class, () -> images.pinAgain(IMAGE, "ami-0123456789abcdef2"));
            images.unpin(COPY);
            walrus.collector().collectUnreferenced();
            assertEquals(0, walrus.blobCount());
        }
    }

    @Test
    void anImageThatIsForgottenMeanwhileIsPinnedAgainWithItsBytesOrNotAtAll() throws Exception {
        try (var walrus = new WalrusFixture(folder);
                var s3 = walrus.alice();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            s3.createBucket(b -> b.bucket("images"));
            s3.putObject(b -> b.bucket("images").key("disk"), RequestBody.fromBytes(bootable(300_000)));
            var store = walrus.store();
            var images = new Images(store.transactions(), store.blobs(), store.bytes(), bundleKey(), store.clock());
            var source = new Images.Source("111111111111", false, "images", "disk", List.of());
            for (int i = 0; i < 20; i++) {
                images.pin(source, IMAGE);
                var forgotten = threads.submit(() -> images.unpin(IMAGE));
                var pinned = threads.submit(() -> {
                    try {
                        images.pinAgain(IMAGE, COPY);
                        return true;
                    } catch (Images.NotFoundException gone) {
                        return false;
                    }
                });
                forgotten.get();
                assertEquals(pinned.get() ? 300_000 : 0, bytesOf(store, COPY));
                images.unpin(COPY);
            }
        }
    }

    private static long bytesOf(Store store, String imageId) {
        return store.transactions().call(session -> new PinnedImages(store.clock(), store.blobs())
                .segments(session, imageId).stream()
                        .mapToLong(Segment::sizeBytes)
                        .sum());
    }

    private BundleKey bundleKey() throws IOException {
        return BundleKey.open(Files.createDirectories(folder.resolve("bundle")), Clock.systemUTC());
    }

    @Test
    void theCloudControllerIsServedOverGrpc() throws Exception {
        try (var walrus = new WalrusFixture(folder);
                var s3 = walrus.alice()) {
            s3.createBucket(b -> b.bucket("images"));
            s3.putObject(b -> b.bucket("images").key("disk"), RequestBody.fromBytes(bootable(4096)));
            s3.putObject(b -> b.bucket("images").key("text"), RequestBody.fromString("just text"));
            var store = walrus.store();
            var service = new ImageStoreService(
                    new Images(store.transactions(), store.blobs(), store.bytes(), bundleKey(), store.clock()),
                    DownloadUrls.open(
                            Files.createDirectories(folder.resolve("s")).resolve("secret"), Clock.systemUTC()),
                    "http://s3.test");
            try (var server = RpcServer.listeningOn(new Address("127.0.0.1", 0), material(PeerKind.WALRUS))
                    .offer(service, PeerKind.CLOUD_CONTROLLER)
                    .start()) {
                var channel = RpcChannels.open(
                        new Address("127.0.0.1", server.port()), material(PeerKind.CLOUD_CONTROLLER), PeerKind.WALRUS);
                try {
                    ask(ImageStoreGrpc.newBlockingStub(channel).withDeadlineAfter(1, TimeUnit.MINUTES));
                } finally {
                    channel.shutdownNow();
                }
            }
        }
    }

    private static void ask(ImageStoreGrpc.ImageStoreBlockingStub walrus) {
        var source = InspectRequest.newBuilder()
                .setAccountId("111111111111")
                .setBucket("images")
                .setKey("disk");
        var seen = walrus.inspect(source.build());
        assertEquals("raw", seen.getFormat());
        assertEquals(4096, seen.getSizeBytes());
        assertStatus(Code.NOT_FOUND, () -> walrus.inspect(source.setKey("none").build()));
        assertStatus(
                Code.FAILED_PRECONDITION,
                () -> walrus.inspect(source.setKey("text").build()));
        assertStatus(
                Code.PERMISSION_DENIED,
                () -> walrus.inspect(
                        source.setKey("disk").setAccountId("222222222222").build()));

        var pin = PinRequest.newBuilder()
                .setAccountId("111111111111")
                .setBucket("images")
                .setKey("disk")
                .setImageId(IMAGE);
        var pinned = walrus.pin(pin.build());
        assertEquals(64, pinned.getSha256().length());
        assertEquals(4096, pinned.getSizeBytes());
        assertStatus(
                Code.INVALID_ARGUMENT,
                () -> walrus.pin(pin.setImageId("../etc/passwd").build()));

        var url = CreateDownloadUrlRequest.newBuilder().setImageId(IMAGE).setValidSeconds(60);
        assertTrue(walrus.createDownloadUrl(url.build()).getUrl().startsWith("http://s3.test/"));
        assertStatus(
                Code.INVALID_ARGUMENT,
                () -> walrus.createDownloadUrl(url.setValidSeconds(59).build()));
        walrus.unpin(UnpinRequest.newBuilder().setImageId(IMAGE).build());
        assertStatus(
                Code.NOT_FOUND,
                () -> walrus.createDownloadUrl(url.setValidSeconds(60).build()));
    }

    private static void assertStatus(Code expected, Executable call) {
        assertEquals(
                expected,
                assertThrows(StatusRuntimeException.class, call).getStatus().getCode());
    }

    private TlsMaterial material(PeerKind kind) throws IOException {
        return CertificateAuthority.openOrCreate(folder.resolve("ca"), Clock.systemUTC())
                .issue(new PeerIdentity(kind, "test"), List.of());
    }

    @Test
    void whatIsNoImageIsRefusedWithTheFix() {
        assertTrue(refusal(new byte[0]).contains("empty"));
        assertTrue(refusal("just text".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .contains("55 AA"));
        assertTrue(refusal(new byte[] {0x1f, (byte) 0x8b, 8, 0}).contains("gunzip"));
        assertTrue(refusal("KDMV....".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .contains("qemu-img convert"));
    }

    @Test
    void aQcow2ThatNamesAnotherFileIsRefused() {
        assertEquals(new ImageFormat.Recognised("qcow2", 1 << 20), ImageFormat.recognise(qcow2(0, 0, 0), 200_000));
        assertTrue(refusal(qcow2(200, 0, 0).array()).contains("backing file"));
        assertTrue(refusal(qcow2(0, 1, 0).array()).contains("encrypted"));
        assertTrue(refusal(qcow2(0, 0, 4).array()).contains("another file"));
        var huge = qcow2(0, 0, 0).putLong(24, Long.MAX_VALUE);
        assertTrue(refusal(huge.array()).contains("64 TiB"));
    }

    @Test
    void theSecretIsKeptAndReadableByItsOwnerOnly() throws Exception {
        var file = folder.resolve("secret");
        var grant = DownloadUrls.open(file, Clock.systemUTC()).grant(IMAGE, Duration.ofMinutes(1));
        var parts = grant.pathAndQuery().split("[?&]", -1);
        var again = DownloadUrls.open(file, Clock.systemUTC());
        assertTrue(again.accepts(IMAGE, parts[1].substring(8), parts[2].substring(10)));
        assertFalse(again.accepts("ami-0123456789abcdef1", parts[1].substring(8), parts[2].substring(10)));
        assertEquals(
                "rw-------",
                java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    private static HttpResponse<byte[]> get(HttpClient client, String url, String range) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(url)).header("Range", range).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String refusal(byte[] content) {
        return String.valueOf(assertThrows(
                        NotAnImageException.class,
                        () -> ImageFormat.recognise(ByteBuffer.wrap(content), content.length))
                .getMessage());
    }

    private static byte[] bootable(int size) {
        var disk = new byte[size];
        new java.util.Random(1).nextBytes(disk);
        Arrays.fill(disk, 0, 510, (byte) 0);
        disk[510] = 0x55;
        disk[511] = (byte) 0xaa;
        return disk;
    }

    private static ByteBuffer qcow2(long backingOffset, int encryption, long incompatible) {
        return ByteBuffer.allocate(512)
                .putInt(0, 0x514649fb)
                .putInt(4, 3)
                .putLong(8, backingOffset)
                .putInt(20, 16)
                .putLong(24, 1 << 20)
                .putInt(32, encryption)
                .putLong(72, incompatible);
    }
}
