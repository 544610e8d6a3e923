package io.coppice.walrus.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.support.BundleMaker;
import io.coppice.walrus.WalrusFixture;
import io.coppice.walrus.bundle.BundleException;
import io.coppice.walrus.bundle.BundleKey;
import io.coppice.walrus.metadata.PinnedImages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * If this failed, bundles of ec2-ami-tools could not be registered, or one that was changed, signed by a stranger or made to
 * fill the disk could.
 */
class BundledImagesTest {
    private static final String IMAGE = "ami-0123456789abcdef0";
    private static final int PART_BYTES = 100_000;

    @TempDir
    static Path folder;

    private static WalrusFixture walrus;
    private static S3Client s3;
    private static Images images;
    private static BundleMaker maker;

    @BeforeAll
    static void start() throws Exception {
        walrus = new WalrusFixture(folder);
        s3 = walrus.alice();
        s3.createBucket(b -> b.bucket("bundles"));
        var key = BundleKey.open(Files.createDirectories(folder.resolve("key")), Clock.systemUTC());
        assertEquals(
                key.certificate(),
                BundleKey.open(folder.resolve("key"), Clock.systemUTC()).certificate());
        var store = walrus.store();
        images = new Images(store.transactions(), store.blobs(), store.bytes(), key, store.clock());
        maker = new BundleMaker(key.certificate());
    }

    @AfterAll
    static void stop() throws IOException {
        s3.close();
        walrus.close();
    }

    @Test
    void aBundleBecomesTheImageThatWasPutIntoIt() throws Exception {
        var disk = disk(700_000);
        upload("good/", maker.bundle("disk.img", disk, disk.length, PART_BYTES));
        var source = source("good/disk.img.manifest.xml", List.of(maker.signer()));
        var inspected = images.inspect(source);
        assertEquals("raw 700000", inspected.image().format() + " " + inspected.sizeBytes());
        var facts = images.pin(source, IMAGE);
        assertEquals(facts, images.pin(source, IMAGE));
        assertArrayEquals(disk, pinned());
        images.unpin(IMAGE);
    }

    @Test
    void whatIsNotSignedByTheAccountIsNotUnpacked() throws Exception {
        var disk = disk(50_000);
        var bundle = maker.bundle("disk.img", disk, disk.length, PART_BYTES);
        upload("signed/", bundle);
        refused("signed/disk.img.manifest.xml", List.of(), "no active signing certificate");
        var stranger = new BundleMaker(walrusCertificate()).signer();
        refused("signed/disk.img.manifest.xml", List.of(stranger), "not signed by");

        var manifest = new String(bundle.get("disk.img.manifest.xml"), StandardCharsets.UTF_8);
        put("signed/other.manifest.xml", manifest.replace("<size>50000<", "<size>50001<"));
        refused("signed/other.manifest.xml", List.of(maker.signer()), "not signed by");
        put("signed/twice.manifest.xml", manifest.replace("</manifest>", "<image><size>1</size></image></manifest>"));
        refused("signed/twice.manifest.xml", List.of(maker.signer()), "exactly once");
        put("signed/none.manifest.xml", "not a manifest");
        refused("signed/none.manifest.xml", List.of(maker.signer()), "exactly once");
    }

    @Test
    void aChangedPartIsFoundAndNothingIsLeft() throws Exception {
        var disk = disk(400_000);
        upload("changed/", maker.bundle("disk.img", disk, disk.length, PART_BYTES));
        var part = s3.getObjectAsBytes(b -> b.bucket("bundles").key("changed/disk.img.part.2"))
                .asByteArray();
        part[50_000] ^= 1;
        s3.putObject(b -> b.bucket("bundles").key("changed/disk.img.part.2"), RequestBody.fromBytes(part));
        var before = walrus.blobCount();
        assertThrows(
                IOException.class,
                () -> images.pin(source("changed/disk.img.manifest.xml", List.of(maker.signer())), IMAGE));
        assertEquals(before, walrus.blobCount());
        assertTrue(images.pinned(IMAGE).isEmpty());
        s3.deleteObject(b -> b.bucket("bundles").key("changed/disk.img.part.2"));
        assertThrows(
                Images.NotFoundException.class,
                () -> images.pin(source("changed/disk.img.manifest.xml", List.of(maker.signer())), IMAGE));
    }

    @Test
    void aBombIsNotUnpacked() throws Exception {
        var zeros = new byte[80 * 1024 * 1024];
        upload("bomb/", maker.bundle("disk.img", zeros, 4096, PART_BYTES));
        refused("bomb/disk.img.manifest.xml", List.of(maker.signer()), "does not begin with an image of 4096");
        upload("huge/", maker.bundle("disk.img", disk(4096), 1L << 50, PART_BYTES));
        refused("huge/disk.img.manifest.xml", List.of(maker.signer()), "can be unpacked");
    }

    private static void refused(String key, List<X509Certificate> signers, String words) {
        var refusal = assertThrows(BundleException.class, () -> images.pin(source(key, signers), IMAGE));
        assertTrue(String.valueOf(refusal.getMessage()).contains(words), refusal::getMessage);
    }

    private static Images.Source source(String key, List<X509Certificate> signers) {
        return new Images.Source("111111111111", false, "bundles", key, signers);
    }

    private static String walrusCertificate() throws IOException {
        return Files.readString(folder.resolve("key/bundle-certificate.pem"));
    }

    private static void upload(String prefix, Map<String, byte[]> objects) {
        objects.forEach((name, bytes) ->
                s3.putObject(b -> b.bucket("bundles").key(prefix + name), RequestBody.fromBytes(bytes)));
    }

    private static void put(String key, String text) {
        s3.putObject(b -> b.bucket("bundles").key(key), RequestBody.fromString(text));
    }

    private static byte[] pinned() throws IOException {
        var store = walrus.store();
        var segments = store.transactions()
                .call(session -> new PinnedImages(store.clock(), store.blobs()).segments(session, IMAGE));
        var bytes = new ByteArrayOutputStream();
        for (var segment : segments) {
            Channels.newInputStream(store.bytes().open(segment.blob(), 0, segment.sizeBytes()))
                    .transferTo(bytes);
        }
        return bytes.toByteArray();
    }

    /** Noise that begins with a boot sector. */
    private static byte[] disk(int bytes) {
        var disk = new byte[bytes];
        new Random(7).nextBytes(disk);
        disk[510] = 0x55;
        disk[511] = (byte) 0xaa;
        return disk;
    }
}
