package io.coppice.walrus.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import io.coppice.walrus.body.ChecksumAlgorithm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * If this failed, Walrus would do one of those things that S3 stores have got wrong: take headers that nobody signed, keep a
 * wrong checksum, mangle a key, leave a client waiting, or refuse what today's SDKs send.
 */
class S3WireTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
    private static final int MIB = 1024 * 1024;

    @TempDir
    static Path folder;

    private static WalrusFixture walrus;
    private static S3Client s3;

    @BeforeAll
    static void start() throws IOException {
        walrus = new WalrusFixture(folder);
        s3 = walrus.alice();
        s3.createBucket(b -> b.bucket("wire"));
    }

    @AfterAll
    static void stop() throws IOException {
        s3.close();
        walrus.close();
    }

    @Test
    void aHeaderThatNobodySignedIsRefusedButNotTheContentType() throws IOException {
        var refused =
                put("/wire/unsigned").unsignedHeader("x-amz-acl", "public-read").send(HELLO);
        assertEquals(403, refused.status());
        assertTrue(refused.body().contains("<Code>AccessDenied</Code>"), refused.body());
        assertTrue(
                refused.body().contains("There were headers present in the request which were not signed"),
                refused.body());
        assertEquals(
                200,
                put("/wire/typed")
                        .unsignedHeader("Content-Type", "text/plain")
                        .send(HELLO)
                        .status());
        assertEquals(
                "text/plain", s3.headObject(b -> b.bucket("wire").key("typed")).contentType());
    }

    @Test
    void aPartIsReadWithTheObjectsOwnTag() {
        var parts = upload("parted", ChecksumType.COMPOSITE);
        var whole = s3.headObject(b -> b.bucket("wire").key("parted"));
        var second = s3.getObject(
                b -> b.bucket("wire").key("parted").partNumber(2).ifMatch(whole.eTag()), (head, body) -> head);
        assertEquals(whole.eTag(), second.eTag());
        assertEquals(parts.size(), second.partsCount());
    }

    @Test
    void aChecksumIsVerifiedThoughNoAlgorithmIsNamed() throws IOException {
        assertEquals(
                400,
                put("/wire/wrong")
                        .header("x-amz-checksum-crc32", "AAAAAA==")
                        .send(HELLO)
                        .status());
        assertEquals(
                200,
                put("/wire/right")
                        .header("x-amz-checksum-crc32", crc32(HELLO))
                        .send(HELLO)
                        .status());
        assertEquals(404, status(() -> s3.headObject(b -> b.bucket("wire").key("wrong"))));
    }

    @Test
    void trailersAreVerifiedWithTheirSignature() throws IOException {
        var right = Map.entry("x-amz-checksum-crc32", crc32(HELLO));
        assertEquals(
                200,
                put("/wire/trailed")
                        .sendChunked(HELLO, right, HELLO.length, false)
                        .status());
        var stored = s3.headObject(b -> b.bucket("wire").key("trailed"));
        assertEquals(null, stored.contentEncoding(), "aws-chunked is how it travelled");
        var wrong = Map.entry("x-amz-checksum-crc32", "AAAAAA==");
        assertEquals(
                400,
                put("/wire/t2").sendChunked(HELLO, wrong, HELLO.length, false).status());
        assertEquals(
                403,
                put("/wire/t3").sendChunked(HELLO, right, HELLO.length, true).status());
        assertEquals(
                400,
                put("/wire/t4")
                        .sendChunked(HELLO, right, HELLO.length - 1, false)
                        .status());
        assertEquals(
                400,
                put("/wire/t5")
                        .sendChunked(HELLO, right, HELLO.length + 1, false)
                        .status());
        for (var key : List.of("t2", "t3", "t4", "t5")) {
            assertEquals(404, status(() -> s3.headObject(b -> b.bucket("wire").key(key))), key);
        }
    }

    @Test
    void keysComeBackByteByByte() {
        for (var key :
                List.of("a//b", "//", "ends/", "per%41cent", "plus+", "it's", "til~de", "a/./b/../c", "sp ace")) {
            s3.putObject(b -> b.bucket("wire").key("keys/" + key), RequestBody.fromString(key));
            assertEquals(
                    key,
                    s3.getObjectAsBytes(b -> b.bucket("wire").key("keys/" + key))
                            .asUtf8String());
            assertTrue(
                    s3.listObjectsV2(b -> b.bucket("wire").prefix("keys/" + key)).contents().stream()
                            .anyMatch(object -> object.key().equals("keys/" + key)),
                    key);
        }
    }

    @Test
    void whoWaitsToGoOnIsRefusedBeforeTheBody() throws IOException {
        var answer = new SignedWire(walrus.endpoint(), "PUT", "/nowhere/key")
                .unsignedHeader("Expect", "100-continue")
                .sendHead(MIB);
        assertEquals("404 close", answer.status() + " " + answer.header("connection"));
    }

    @Test
    void aWholeObjectsChecksumIsCombinedFromItsParts() {
        upload("combined", ChecksumType.FULL_OBJECT);
        var head = s3.headObject(b -> b.bucket("wire").key("combined").checksumMode("ENABLED"));
        assertEquals(ChecksumType.FULL_OBJECT, head.checksumType());
        assertEquals(crc32(content()), head.checksumCRC32());
        assertEquals(
                400,
                status(() -> s3.createMultipartUpload(b -> b.bucket("wire")
                        .key("never")
                        .checksumAlgorithm(software.amazon.awssdk.services.s3.model.ChecksumAlgorithm.CRC64_NVME)
                        .checksumType(ChecksumType.COMPOSITE))));
    }

    @Test
    void copiesAndDeletionsHaveConditionsOnTheirTarget() throws IOException {
        s3.putObject(b -> b.bucket("wire").key("target"), RequestBody.fromString("old"));
        s3.putObject(b -> b.bucket("wire").key("source"), RequestBody.fromString("new"));
        var copy = new SignedWire(walrus.endpoint(), "PUT", "/wire/target")
                .header("x-amz-copy-source", "/wire/source")
                .header("if-none-match", "*");
        assertEquals(412, copy.send(new byte[0]).status());
        var delete = new SignedWire(walrus.endpoint(), "DELETE", "/wire/target").header("if-match", "\"other\"");
        assertEquals(412, delete.send(new byte[0]).status());
        assertEquals(
                "old", s3.getObjectAsBytes(b -> b.bucket("wire").key("target")).asUtf8String());
    }

    @Test
    void aHeaderThatComesThriceIsSignedAsOne() throws IOException {
        s3.putObject(b -> b.bucket("wire").key("thrice"), RequestBody.fromString("hello"));
        var answer = new SignedWire(walrus.endpoint(), "GET", "/wire/thrice?attributes=")
                .header("x-amz-object-attributes", "ETag")
                .header("x-amz-object-attributes", "ObjectSize")
                .header("x-amz-object-attributes", "StorageClass")
                .send(new byte[0]);
        assertEquals(200, answer.status(), answer.body());
        assertTrue(answer.body().contains("<ObjectSize>5</ObjectSize>"), answer.body());
        assertTrue(answer.body().contains("<StorageClass>STANDARD</StorageClass>"), answer.body());
    }

    private static SignedWire put(String path) {
        return new SignedWire(walrus.endpoint(), "PUT", path);
    }

    private static int status(Runnable call) {
        return assertThrows(S3Exception.class, call::run).statusCode();
    }

    private static String crc32(byte[] bytes) {
        var crc = ChecksumAlgorithm.CRC32.begin();
        crc.update(ByteBuffer.wrap(bytes));
        return crc.value();
    }

    private static byte[] content() {
        var content = new byte[5 * MIB + 1234];
        new Random(3).nextBytes(content);
        return content;
    }

    private static List<CompletedPart> upload(String key, ChecksumType type) {
        var content = content();
        var pieces = List.of(
                java.util.Arrays.copyOfRange(content, 0, 5 * MIB),
                java.util.Arrays.copyOfRange(content, 5 * MIB, content.length));
        var algorithm = software.amazon.awssdk.services.s3.model.ChecksumAlgorithm.CRC32;
        var id = s3.createMultipartUpload(b ->
                        b.bucket("wire").key(key).checksumAlgorithm(algorithm).checksumType(type))
                .uploadId();
        var parts = new java.util.ArrayList<CompletedPart>();
        for (var piece : pieces) {
            var number = parts.size() + 1;
            var part = s3.uploadPart(
                    b -> b.bucket("wire")
                            .key(key)
                            .uploadId(id)
                            .partNumber(number)
                            .checksumAlgorithm(algorithm),
                    RequestBody.fromBytes(piece));
            parts.add(CompletedPart.builder()
                    .partNumber(number)
                    .eTag(part.eTag())
                    .checksumCRC32(part.checksumCRC32())
                    .build());
        }
        s3.completeMultipartUpload(b -> b.bucket("wire")
                .key(key)
                .uploadId(id)
                .checksumType(type)
                .mpuObjectSize((long) content.length)
                .multipartUpload(m -> m.parts(parts)));
        return parts;
    }
}
