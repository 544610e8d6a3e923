package io.coppice.walrus.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.policy.PolicyDocument;
import io.coppice.policy.PolicySet;
import io.coppice.walrus.WalrusFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ObjectLockLegalHoldStatus;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.ObjectLockRetentionMode;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/** If this failed, locked versions could be removed, or what is to be encrypted would lie on disk for all to read. */
class S3ProtectionTest {
    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

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
    void aLockedVersionStaysWhoeverAsksAndOneUnderGovernanceGoesToWhomMayBypass() {
        s3.createBucket(b -> b.bucket("locked").objectLockEnabledForBucket(true));
        var until = Instant.now().plus(Duration.ofDays(1));
        var compliance = lock("compliance", ObjectLockMode.COMPLIANCE, until);
        var governance = lock("governance", ObjectLockMode.GOVERNANCE, until);
        for (var bypass : List.of(true, false)) {
            assertEquals(
                    403,
                    status(() -> s3.deleteObject(b -> b.bucket("locked")
                            .key("compliance")
                            .versionId(compliance)
                            .bypassGovernanceRetention(bypass))));
        }
        assertEquals(
                403,
                status(() -> s3.putObjectRetention(b -> b.bucket("locked")
                        .key("compliance")
                        .bypassGovernanceRetention(true)
                        .retention(r -> r.mode(ObjectLockRetentionMode.COMPLIANCE)
                                .retainUntilDate(until.minusSeconds(3600))))));
        assertEquals(
                403,
                status(() -> s3.deleteObject(
                        b -> b.bucket("locked").key("governance").versionId(governance))));
        try (var carol = walrus.client(WalrusFixture.CAROL, WalrusFixture.SECRET)) {
            walrus.carolMay(PolicySet.ofIdentity(List.of(PolicyDocument.parse(
                    "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":"
                            + "\"s3:DeleteObject*\",\"Resource\":\"*\"}}",
                    PolicyDocument.Kind.IDENTITY))));
            assertEquals(
                    403,
                    status(() -> carol.deleteObject(b -> b.bucket("locked")
                            .key("governance")
                            .versionId(governance)
                            .bypassGovernanceRetention(true))));
        }
        s3.deleteObject(
                b -> b.bucket("locked").key("governance").versionId(governance).bypassGovernanceRetention(true));
        assertEquals(
                409,
                status(() -> s3.putBucketVersioning(
                        b -> b.bucket("locked").versioningConfiguration(v -> v.status("Suspended")))),
                "versions cannot be given up in such a bucket");
    }

    @Test
    void aLegalHoldHoldsUntilItIsLifted() {
        s3.createBucket(b -> b.bucket("held").objectLockEnabledForBucket(true));
        var version = s3.putObject(b -> b.bucket("held").key("k"), RequestBody.fromString("x"))
                .versionId();
        s3.putObjectLegalHold(b -> b.bucket("held").key("k").legalHold(h -> h.status(ObjectLockLegalHoldStatus.ON)));
        var many = s3.deleteObjects(b -> b.bucket("held")
                .bypassGovernanceRetention(true)
                .delete(d -> d.objects(o -> o.key("k").versionId(version))));
        assertEquals("AccessDenied", many.errors().getFirst().code());
        s3.putObjectLegalHold(b -> b.bucket("held").key("k").legalHold(h -> h.status(ObjectLockLegalHoldStatus.OFF)));
        s3.deleteObject(b -> b.bucket("held").key("k").versionId(version));
    }

    @Test
    void encryptedBytesAreNotOnTheDiskAndComeBackFromAnyPlace() throws IOException {
        s3.createBucket(b -> b.bucket("sealed"));
        s3.putBucketEncryption(b -> b.bucket("sealed")
                .serverSideEncryptionConfiguration(c -> c.rules(
                        r -> r.applyServerSideEncryptionByDefault(d -> d.sseAlgorithm(ServerSideEncryption.AES256)))));
        var mark = "a text that nobody else has written: " + System.nanoTime();
        var content = (mark + mark + mark).getBytes(StandardCharsets.UTF_8);
        s3.putObject(b -> b.bucket("sealed").key("k"), RequestBody.fromBytes(content));
        assertFalse(onDisk(mark), "the text lies on the disk");
        assertEquals(
                ServerSideEncryption.AES256,
                s3.headObject(b -> b.bucket("sealed").key("k")).serverSideEncryption());
        for (int from : new int[] {0, 1, 15, 16, 17, 40}) {
            assertArrayEquals(
                    Arrays.copyOfRange(content, from, content.length),
                    s3.getObjectAsBytes(b -> b.bucket("sealed").key("k").range("bytes=" + from + "-"))
                            .asByteArray());
        }
        s3.createBucket(b -> b.bucket("open"));
        s3.copyObject(b -> b.sourceBucket("sealed")
                .sourceKey("k")
                .destinationBucket("open")
                .destinationKey("k"));
        assertArrayEquals(
                content, s3.getObjectAsBytes(b -> b.bucket("open").key("k")).asByteArray());
        assertEquals(
                "KMS.NotFoundException",
                assertThrows(
                                S3Exception.class,
                                () -> s3.putObject(
                                        b -> b.bucket("open")
                                                .key("x")
                                                .serverSideEncryption(ServerSideEncryption.AWS_KMS)
                                                .ssekmsKeyId("no-such-key"),
                                        RequestBody.fromString("x")))
                        .awsErrorDetails()
                        .errorCode());
    }

    @Test
    void aCustomersKeyIsNeededForEveryReadAndPart() throws Exception {
        s3.createBucket(b -> b.bucket("customer"));
        var parts = new byte[][] {new byte[5 * 1024 * 1024 + 3], new byte[1000]};
        var random = new Random(7);
        for (var part : parts) {
            random.nextBytes(part);
        }
        var key = Base64.getEncoder().encodeToString(KEY);
        var md5 = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("MD5").digest(KEY));
        var upload = s3.createMultipartUpload(b -> b.bucket("customer")
                        .key("k")
                        .sseCustomerAlgorithm("AES256")
                        .sseCustomerKey(key)
                        .sseCustomerKeyMD5(md5))
                .uploadId();
        assertEquals(
                400,
                status(() -> s3.uploadPart(
                        b -> b.bucket("customer").key("k").uploadId(upload).partNumber(1),
                        RequestBody.fromBytes(parts[0]))));
        var done = new CompletedPart[parts.length];
        for (int i = 0; i < parts.length; i++) {
            var number = i + 1;
            var etag = s3.uploadPart(
                            b -> b.bucket("customer")
                                    .key("k")
                                    .uploadId(upload)
                                    .partNumber(number)
                                    .sseCustomerAlgorithm("AES256")
                                    .sseCustomerKey(key)
                                    .sseCustomerKeyMD5(md5),
                            RequestBody.fromBytes(parts[i]))
                    .eTag();
            done[i] = CompletedPart.builder().partNumber(number).eTag(etag).build();
        }
        var first = s3.completeMultipartUpload(
                b -> b.bucket("customer").key("k").uploadId(upload).multipartUpload(m -> m.parts(done)));
        var again = s3.completeMultipartUpload(
                b -> b.bucket("customer").key("k").uploadId(upload).multipartUpload(m -> m.parts(done)));
        assertEquals(first.eTag(), again.eTag(), "a client that lost the answer asks once more");
        assertEquals(
                400, status(() -> s3.getObjectAsBytes(b -> b.bucket("customer").key("k"))));
        var from = parts[0].length - 20;
        var seam = s3.getObjectAsBytes(b -> b.bucket("customer")
                        .key("k")
                        .range("bytes=" + from + "-" + (from + 39))
                        .sseCustomerAlgorithm("AES256")
                        .sseCustomerKey(key)
                        .sseCustomerKeyMD5(md5))
                .asByteArray();
        assertArrayEquals(Arrays.copyOfRange(parts[0], from, parts[0].length), Arrays.copyOf(seam, 20));
        assertArrayEquals(Arrays.copyOf(parts[1], 20), Arrays.copyOfRange(seam, 20, 40));
    }

    private static String lock(String key, ObjectLockMode mode, Instant until) {
        return s3.putObject(
                        b -> b.bucket("locked").key(key).objectLockMode(mode).objectLockRetainUntilDate(until),
                        RequestBody.fromString("x"))
                .versionId();
    }

    private static boolean onDisk(String mark) throws IOException {
        try (var files = Files.walk(folder.resolve("walrus"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(mark)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static int status(Runnable wish) {
        return assertThrows(S3Exception.class, wish::run).statusCode();
    }
}
