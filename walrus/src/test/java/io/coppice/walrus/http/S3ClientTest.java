package io.coppice.walrus.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** If this failed, the AWS SDK for Java would lose, damage or misread what it keeps in Walrus. */
class S3ClientTest {
    @TempDir
    static Path folder;

    private static WalrusFixture walrus;
    private static S3Client s3;

    @BeforeAll
    static void start() throws IOException {
        walrus = new WalrusFixture(folder);
        s3 = walrus.alice();
    }

    @AfterAll
    static void stop() throws IOException {
        s3.close();
        walrus.close();
    }

    @Test
    void anObjectComesBackAsItWasPut() throws IOException {
        bucket("roundtrip");
        for (int size : new int[] {0, 1, 70_000, 3_000_000}) {
            var content = random(size);
            var key = "dir//a b+c%20/ü~'" + size;
            s3.putObject(
                    b -> b.bucket("roundtrip").key(key).contentType("text/x").metadata(Map.of("who", "me")),
                    RequestBody.fromBytes(content));
            var got = s3.getObjectAsBytes(b -> b.bucket("roundtrip").key(key).checksumMode(ChecksumMode.ENABLED));
            assertArrayEquals(content, got.asByteArray());
            assertEquals("text/x", got.response().contentType());
            assertEquals(Map.of("who", "me"), got.response().metadata());
            assertTrue(got.response().contentEncoding() == null
                    || got.response().contentEncoding().isEmpty());
            assertEquals(
                    (long) size,
                    s3.headObject(b -> b.bucket("roundtrip").key(key)).contentLength());
        }
        var key = "dir//a b+c%20/ü~'70000";
        try (ResponseInputStream<GetObjectResponse> part =
                s3.getObject(b -> b.bucket("roundtrip").key(key).range("bytes=10-19"))) {
            assertEquals("bytes 10-19/70000", part.response().contentRange());
            assertEquals(10, part.readAllBytes().length);
        }
        assertError(
                "InvalidRange",
                416,
                () -> s3.getObject(b -> b.bucket("roundtrip").key(key).range("bytes=70000-")));
    }

    @Test
    void everyChecksumIsVerifiedAndGivenBack() {
        bucket("checksums");
        for (var algorithm : List.of(
                ChecksumAlgorithm.CRC32, ChecksumAlgorithm.CRC32_C, ChecksumAlgorithm.SHA1, ChecksumAlgorithm.SHA256)) {
            var put = s3.putObject(
                    b -> b.bucket("checksums").key(algorithm.name()).checksumAlgorithm(algorithm),
                    RequestBody.fromBytes(random(100_000)));
            var head = s3.headObject(
                    b -> b.bucket("checksums").key(algorithm.name()).checksumMode(ChecksumMode.ENABLED));
            assertEquals(put.checksumCRC32(), head.checksumCRC32());
            assertEquals(put.checksumCRC32C(), head.checksumCRC32C());
            assertEquals(put.checksumSHA1(), head.checksumSHA1());
            assertEquals(put.checksumSHA256(), head.checksumSHA256());
            assertEquals(ChecksumType.FULL_OBJECT, head.checksumType());
        }
        assertError(
                "BadDigest",
                400,
                () -> s3.putObject(
                        b -> b.bucket("checksums").key("wrong").checksumSHA256("A".repeat(43) + "="),
                        RequestBody.fromString("x")));
        assertError(
                "BadDigest",
                400,
                () -> s3.putObject(
                        b -> b.bucket("checksums").key("wrong").contentMD5("AAAAAAAAAAAAAAAAAAAAAA=="),
                        RequestBody.fromString("x")));
        assertThrows(
                NoSuchKeyException.class,
                () -> s3.getObject(b -> b.bucket("checksums").key("wrong")));
    }

    @Test
    void aMultipartUploadBecomesOneObject() throws IOException {
        bucket("multipart");
        var content = random(64 * 1024 * 1024);
        var partSize = 8 * 1024 * 1024;
        var created = s3.createMultipartUpload(
                b -> b.bucket("multipart").key("big").checksumAlgorithm(ChecksumAlgorithm.CRC32));
        var parts = new ArrayList<CompletedPart>();
        for (int i = 0; i < content.length / partSize; i++) {
            var number = i + 1;
            var piece = java.util.Arrays.copyOfRange(content, i * partSize, (i + 1) * partSize);
            var uploaded = s3.uploadPart(
                    b -> b.bucket("multipart")
                            .key("big")
                            .uploadId(created.uploadId())
                            .partNumber(number)
                            .checksumAlgorithm(ChecksumAlgorithm.CRC32),
                    RequestBody.fromBytes(piece));
            parts.add(CompletedPart.builder()
                    .partNumber(number)
                    .eTag(uploaded.eTag())
                    .checksumCRC32(uploaded.checksumCRC32())
                    .build());
        }
        var listed = s3.listParts(b ->
                b.bucket("multipart").key("big").uploadId(created.uploadId()).maxParts(3));
        assertTrue(listed.isTruncated());
        assertEquals(3, listed.nextPartNumberMarker());
        assertError("InvalidPartOrder", 400, () -> complete(created.uploadId(), parts.reversed()));
        var wrong = new ArrayList<>(parts);
        wrong.set(0, parts.getFirst().toBuilder().eTag("0".repeat(32)).build());
        assertError("InvalidPart", 400, () -> complete(created.uploadId(), wrong));
        var completed = complete(created.uploadId(), parts);
        assertTrue(completed.matches("\"[0-9a-f]{32}-8\""), completed);
        assertEquals(completed, complete(created.uploadId(), parts), "who lost the answer asks once more");
        assertArrayEquals(
                content,
                s3.getObjectAsBytes(b -> b.bucket("multipart").key("big")).asByteArray());
        try (var across = s3.getObject(b -> b.bucket("multipart").key("big").range("bytes=8388600-16777300"))) {
            assertArrayEquals(java.util.Arrays.copyOfRange(content, 8_388_600, 16_777_301), across.readAllBytes());
        }
        try (var third = s3.getObject(b -> b.bucket("multipart").key("big").partNumber(3))) {
            assertEquals(8, third.response().partsCount());
            assertArrayEquals(java.util.Arrays.copyOfRange(content, 2 * partSize, 3 * partSize), third.readAllBytes());
        }
        assertFalse(s3.listMultipartUploads(b -> b.bucket("multipart")).hasUploads());
    }

    @Test
    void partsTooSmallAndAbortedUploadsAreRefused() throws IOException {
        bucket("parts");
        var upload = s3.createMultipartUpload(b -> b.bucket("parts").key("k")).uploadId();
        var parts = new ArrayList<CompletedPart>();
        for (int number : new int[] {1, 2}) {
            var etag = s3.uploadPart(
                            b -> b.bucket("parts").key("k").uploadId(upload).partNumber(number),
                            RequestBody.fromString("small"))
                    .eTag();
            parts.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
        }
        assertError(
                "EntityTooSmall",
                400,
                () -> s3.completeMultipartUpload(
                        b -> b.bucket("parts").key("k").uploadId(upload).multipartUpload(m -> m.parts(parts))));
        s3.abortMultipartUpload(b -> b.bucket("parts").key("k").uploadId(upload));
        assertError(
                "NoSuchUpload",
                404,
                () -> s3.uploadPart(
                        b -> b.bucket("parts").key("k").uploadId(upload).partNumber(1),
                        RequestBody.fromString("late")));
        s3.deleteBucket(b -> b.bucket("parts"));
    }

    @Test
    void copiesShareBytesAndOutliveTheirSource() throws IOException {
        bucket("copies");
        s3.putObject(b -> b.bucket("copies").key("one").metadata(Map.of("a", "1")), RequestBody.fromString("hello"));
        s3.copyObject(b -> b.sourceBucket("copies")
                .sourceKey("one")
                .destinationBucket("copies")
                .destinationKey("two"));
        s3.copyObject(b -> b.sourceBucket("copies")
                .sourceKey("one")
                .destinationBucket("copies")
                .destinationKey("one")
                .metadata(Map.of("a", "2"))
                .metadataDirective(MetadataDirective.REPLACE));
        assertEquals(
                "2",
                s3.headObject(b -> b.bucket("copies").key("one")).metadata().get("a"));
        s3.deleteObject(b -> b.bucket("copies").key("one"));
        walrus.collector().collectUnreferenced();
        var two = s3.getObjectAsBytes(b -> b.bucket("copies").key("two"));
        assertEquals("hello", two.asUtf8String());
        assertEquals("1", two.response().metadata().get("a"));
        var deleted = s3.deleteObjects(b -> b.bucket("copies")
                .delete(Delete.builder()
                        .objects(
                                ObjectIdentifier.builder().key("two").build(),
                                ObjectIdentifier.builder().key("never").build())
                        .build()));
        assertEquals(2, deleted.deleted().size());
        s3.deleteBucket(b -> b.bucket("copies"));
    }

    @Test
    void conditionsAreKept() {
        bucket("conditions");
        var etag = s3.putObject(b -> b.bucket("conditions").key("k"), RequestBody.fromString("v1"))
                .eTag();
        assertError(
                "PreconditionFailed",
                412,
                () -> s3.putObject(
                        b -> b.bucket("conditions").key("k").ifNoneMatch("*"), RequestBody.fromString("v2")));
        assertError(
                "PreconditionFailed",
                412,
                () -> s3.putObject(
                        b -> b.bucket("conditions").key("k").ifMatch("\"0\""), RequestBody.fromString("v2")));
        assertEquals(
                304,
                assertThrows(
                                S3Exception.class,
                                () -> s3.getObject(
                                        b -> b.bucket("conditions").key("k").ifNoneMatch(etag)))
                        .statusCode());
        s3.putObject(b -> b.bucket("conditions").key("k").ifMatch(etag), RequestBody.fromString("v3"));
        assertEquals(
                "v3", s3.getObjectAsBytes(b -> b.bucket("conditions").key("k")).asUtf8String());
    }

    @Test
    void bucketsBelongToAnAccount() {
        bucket("mine");
        bucket("mine");
        assertError(
                "BucketAlreadyExists",
                409,
                () -> s3.createBucket(b -> b.bucket("mine").acl("public-read")));
        assertError("InvalidBucketName", 400, () -> bucket("my-s3alias"));
        assertError("NoSuchBucket", 404, () -> s3.listObjectsV2(b -> b.bucket("nowhere")));
        s3.putObject(b -> b.bucket("mine").key("k"), RequestBody.fromString("v"));
        assertError("BucketNotEmpty", 409, () -> s3.deleteBucket(b -> b.bucket("mine")));
        assertError("NoSuchBucketPolicy", 404, () -> s3.getBucketPolicy(b -> b.bucket("mine")));
        assertError(
                "MalformedPolicy",
                400,
                () -> s3.putBucketPolicy(b -> b.bucket("mine").policy("{}")));
        assertTrue(
                s3.listBuckets().buckets().stream().anyMatch(each -> each.name().equals("mine")));
        try (var bob = walrus.client(WalrusFixture.BOB, WalrusFixture.SECRET)) {
            assertError("BucketAlreadyExists", 409, () -> bob.createBucket(b -> b.bucket("mine")));
            assertError(
                    "AccessDenied",
                    403,
                    () -> bob.getObject(b -> b.bucket("mine").key("k")));
            assertTrue(bob.listBuckets().buckets().isEmpty());
        }
        try (var thief = walrus.client(WalrusFixture.ALICE, "x".repeat(40));
                var nobody = walrus.client("AKIANOBODY", WalrusFixture.SECRET)) {
            assertError("SignatureDoesNotMatch", 403, () -> thief.listBuckets());
            assertError("InvalidAccessKeyId", 403, () -> nobody.listBuckets());
        }
    }

    private static String complete(String uploadId, List<CompletedPart> parts) {
        return s3.completeMultipartUpload(
                        b -> b.bucket("multipart").key("big").uploadId(uploadId).multipartUpload(m -> m.parts(parts)))
                .eTag();
    }

    private static void bucket(String name) {
        s3.createBucket(b -> b.bucket(name));
    }

    private static void assertError(String code, int status, Runnable call) {
        var error = assertThrows(S3Exception.class, call::run);
        assertEquals(code + " " + status, error.awsErrorDetails().errorCode() + " " + error.statusCode());
    }

    private static byte[] random(int size) {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
