package io.coppice.walrus.http;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.policy.PolicyDocument;
import io.coppice.policy.PolicySet;
import io.coppice.walrus.WalrusFixture;
import io.coppice.wire.sign.OriginStamp;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * If this failed, a user could do in Walrus what no policy allows, by the plain door or by a side door: a copy, a part of an
 * upload, a deletion of many, a second subresource. The client is the AWS SDK for Java.
 */
class S3PoliciesTest {
    private static final String BUCKET = "guarded";

    @TempDir
    static Path folder;

    private static WalrusFixture walrus;
    private static S3Client alice;
    private static S3Client carol;

    @BeforeAll
    static void start() throws IOException {
        walrus = new WalrusFixture(folder);
        alice = walrus.alice();
        carol = walrus.client(WalrusFixture.CAROL, WalrusFixture.SECRET);
        alice.createBucket(b -> b.bucket(BUCKET));
    }

    @AfterAll
    static void stop() throws IOException {
        alice.close();
        carol.close();
        walrus.close();
    }

    @BeforeEach
    void putObjects() {
        walrus.carolMay(PolicySet.NOTHING);
        for (var key : List.of("home/carol/a", "home/alice/a", "open/a")) {
            alice.putObject(b -> b.bucket(BUCKET).key(key), RequestBody.fromString("text"));
        }
    }

    /** An operation and the action that it needs. */
    enum Wish {
        LIST_BUCKETS("s3:ListAllMyBuckets", s3 -> s3.listBuckets()),
        LIST("s3:ListBucket", s3 -> s3.listObjectsV2(b -> b.bucket(BUCKET))),
        LIST_V1("s3:ListBucket", s3 -> s3.listObjects(b -> b.bucket(BUCKET))),
        HEAD_BUCKET("s3:ListBucket", s3 -> s3.headBucket(b -> b.bucket(BUCKET))),
        LOCATION("s3:GetBucketLocation", s3 -> s3.getBucketLocation(b -> b.bucket(BUCKET))),
        ACL("s3:GetBucketAcl", s3 -> s3.getBucketAcl(b -> b.bucket(BUCKET))),
        VERSIONING("s3:GetBucketVersioning", s3 -> s3.getBucketVersioning(b -> b.bucket(BUCKET))),
        UPLOADS("s3:ListBucketMultipartUploads", s3 -> s3.listMultipartUploads(b -> b.bucket(BUCKET))),
        GET("s3:GetObject", s3 -> s3.getObjectAsBytes(b -> b.bucket(BUCKET).key("open/a"))),
        HEAD("s3:GetObject", s3 -> s3.headObject(b -> b.bucket(BUCKET).key("open/a"))),
        OBJECT_ACL(
                "s3:GetObjectAcl", s3 -> s3.getObjectAcl(b -> b.bucket(BUCKET).key("open/a"))),
        OBJECT_TAGGING(
                "s3:GetObjectTagging",
                s3 -> s3.getObjectTagging(b -> b.bucket(BUCKET).key("open/a"))),
        PUT("s3:PutObject", s3 -> s3.putObject(b -> b.bucket(BUCKET).key("open/b"), RequestBody.fromString("x"))),
        DELETE("s3:DeleteObject", s3 -> s3.deleteObject(b -> b.bucket(BUCKET).key("open/b"))),
        UPLOAD(
                "s3:PutObject",
                s3 -> s3.createMultipartUpload(b -> b.bucket(BUCKET).key("open/c"))),
        CREATE("s3:CreateBucket", s3 -> s3.createBucket(b -> b.bucket("carols-own")));

        private final String action;
        private final Consumer<S3Client> run;

        Wish(String action, Consumer<S3Client> run) {
            this.action = action;
            this.run = run;
        }
    }

    @Test
    void quotasInPoliciesHold() {
        var limit = "{\"Effect\":\"Limit\",\"Action\":\"s3:*\",\"Resource\":\"*\",\"Condition\":"
                + "{\"NumericLessThanEquals\":{\"s3:quota-%s\":\"%d\"}}}";
        var everything = allow("s3:*", "*");
        var mebibyte = RequestBody.fromBytes(new byte[1024 * 1024]);
        walrus.carolMay(set(everything, limit.formatted("bucketnumber", 1)));
        refused(() -> carol.createBucket(b -> b.bucket("one-too-many")));

        var present = alice.listObjectsV2(b -> b.bucket(BUCKET)).keyCount();
        walrus.carolMay(set(everything, limit.formatted("bucketobjectnumber", present)));
        refused(() -> carol.putObject(b -> b.bucket(BUCKET).key("quota/new"), mebibyte));
        refused(() -> carol.createMultipartUpload(b -> b.bucket(BUCKET).key("quota/new")));
        carol.putObject(b -> b.bucket(BUCKET).key("open/a"), RequestBody.fromString("another"));

        for (var key : List.of("bucketsize", "buckettotalsize")) {
            walrus.carolMay(set(everything, limit.formatted(key, 1)));
            refused(() -> carol.putObject(b -> b.bucket(BUCKET).key("quota/large"), mebibyte));
            carol.putObject(b -> b.bucket(BUCKET).key("quota/small"), RequestBody.fromString("small"));
            carol.deleteObject(b -> b.bucket(BUCKET).key("quota/small"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void exactlyItsActionLetsAnOperationPass(Wish wish) {
        refused(() -> wish.run.accept(carol));
        walrus.carolMay(set("{\"Effect\":\"Allow\",\"NotAction\":\"" + wish.action + "\",\"Resource\":\"*\"}"));
        refused(() -> wish.run.accept(carol));
        walrus.carolMay(set(allow(wish.action, "*"), "{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\"}"));
        refused(() -> wish.run.accept(carol));
        walrus.carolMay(set(allow(wish.action, "*")));
        assertDoesNotThrow(() -> wish.run.accept(carol));
    }

    @Test
    void aUserStaysInTheFolderOfTheName() {
        walrus.carolMay(
                set(allow("s3:*Object", "arn:aws:s3:::" + BUCKET + "/home/${aws:username}/*"), """
                {"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::%s",
                 "Condition":{"StringLike":{"s3:prefix":"home/${aws:username}/*"}}}""".formatted(BUCKET)));
        assertEquals(
                "text",
                carol.getObjectAsBytes(b -> b.bucket(BUCKET).key("home/carol/a"))
                        .asUtf8String());
        refused(() -> carol.getObjectAsBytes(b -> b.bucket(BUCKET).key("home/alice/a")));
        refused(() -> carol.getObjectAsBytes(b -> b.bucket(BUCKET).key("home/alice/nothing")));
        assertEquals(
                1,
                carol.listObjectsV2(b -> b.bucket(BUCKET).prefix("home/carol/")).keyCount());
        refused(() -> carol.listObjectsV2(b -> b.bucket(BUCKET).prefix("home/alice/")));
        refused(() -> carol.listObjectsV2(b -> b.bucket(BUCKET)));
    }

    @Test
    void aCopyReadsItsSource() {
        walrus.carolMay(set(allow("s3:PutObject", "*"), allow("s3:GetObject", "arn:aws:s3:::" + BUCKET + "/open/*")));
        refused(() -> copy("home/alice/a"));
        assertDoesNotThrow(() -> copy("open/a"));
        var upload = carol.createMultipartUpload(b -> b.bucket(BUCKET).key("open/parts"))
                .uploadId();
        refused(() -> carol.uploadPartCopy(b -> b.sourceBucket(BUCKET)
                .sourceKey("home/alice/a")
                .destinationBucket(BUCKET)
                .destinationKey("open/parts")
                .uploadId(upload)
                .partNumber(1)));
        refused(() -> carol.abortMultipartUpload(
                b -> b.bucket(BUCKET).key("open/parts").uploadId(upload)));
    }

    private static void copy(String source) {
        carol.copyObject(b -> b.sourceBucket(BUCKET)
                .sourceKey(source)
                .destinationBucket(BUCKET)
                .destinationKey("home/carol/copy"));
    }

    @Test
    void ofManyDeletionsTheForbiddenOnesFail() {
        walrus.carolMay(set(allow("s3:DeleteObject", "arn:aws:s3:::" + BUCKET + "/home/carol/*")));
        var answer = carol.deleteObjects(b -> b.bucket(BUCKET)
                .delete(d -> d.objects(
                        ObjectIdentifier.builder().key("home/carol/a").build(),
                        ObjectIdentifier.builder().key("home/alice/a").build())));
        assertEquals("home/carol/a", answer.deleted().getFirst().key());
        assertEquals("AccessDenied", answer.errors().getFirst().code());
        assertDoesNotThrow(() -> alice.headObject(b -> b.bucket(BUCKET).key("home/alice/a")));
    }

    @Test
    void aPolicyThatDeniesEverybodyLocksAllOutButTheRoot() {
        var closed = "locked-out";
        var policy = """
                {"Statement":{"Effect":"Deny","Principal":"*","Action":["s3:*BucketPolicy","s3:ListBucket"],\
                "Resource":"arn:aws:s3:::%s"}}""".formatted(closed);
        walrus.carolMay(set(allow("s3:*", "*")));
        carol.createBucket(b -> b.bucket(closed));
        carol.putBucketPolicy(b -> b.bucket(closed).policy(policy));
        refused(() -> carol.getBucketPolicy(b -> b.bucket(closed)));
        refused(() -> carol.deleteBucketPolicy(b -> b.bucket(closed)));
        refused(() -> carol.putBucketPolicy(b -> b.bucket(closed).policy(policy)));
        refused(() -> alice.listObjectsV2(b -> b.bucket(closed)));
        assertEquals(policy, alice.getBucketPolicy(b -> b.bucket(closed)).policy());
        alice.putBucketPolicy(b -> b.bucket(closed).policy(policy));
        alice.deleteBucketPolicy(b -> b.bucket(closed));
        assertDoesNotThrow(() -> carol.listObjectsV2(b -> b.bucket(closed)));
    }

    @Test
    void aSecondSubresourceOpensNothing() {
        walrus.carolMay(set(allow("s3:GetObjectTagging", "*"), allow("s3:GetBucketLocation", "*")));
        refused(() -> carol.getObjectTagging(b ->
                b.bucket(BUCKET).key("open/a").overrideConfiguration(o -> o.putRawQueryParameter("uploadId", "x"))));
        refused(() -> carol.getBucketLocation(
                b -> b.bucket(BUCKET).overrideConfiguration(o -> o.putRawQueryParameter("uploads", ""))));
    }

    @Test
    void boundariesSessionsAndCapsBindHere() {
        var everything = List.of(document(allow("*", "*")));
        var reads = document(allow("s3:GetObject", "*"));
        var get = Wish.GET;
        var put = Wish.PUT;
        for (var set : List.of(
                new PolicySet(everything, Optional.of(reads), Optional.empty(), List.of()),
                new PolicySet(everything, Optional.empty(), Optional.of(List.of(reads)), List.of()),
                new PolicySet(everything, Optional.empty(), Optional.empty(), List.of(reads)),
                PolicySet.root(List.of(reads)))) {
            walrus.carolMay(set);
            assertDoesNotThrow(() -> get.run.accept(carol));
            refused(() -> put.run.accept(carol));
        }
    }

    @Test
    void otherAccountsStayClosedWhateverOnesOwnPoliciesSay() throws Exception {
        try (var bob = walrus.client(WalrusFixture.BOB, WalrusFixture.SECRET)) {
            bob.createBucket(b -> b.bucket("bobs"));
            bob.putObject(b -> b.bucket("bobs").key("k"), RequestBody.fromString("x"));
            walrus.carolMay(set(allow("*", "arn:aws:s3:::bobs"), allow("*", "arn:aws:s3:::bobs/*")));
            refused(() -> carol.getObjectAsBytes(b -> b.bucket("bobs").key("k")));
            refused(() -> carol.listObjectsV2(b -> b.bucket("bobs")));
            walrus.carolMay(PolicySet.UNRESTRICTED);
            refused(() -> carol.getObjectAsBytes(b -> b.bucket("bobs").key("k")));
        }
    }

    @Test
    void theReasonIsToldAndABucketThatIsNotThereIsNot() {
        var refusal = assertThrows(
                S3Exception.class,
                () -> carol.getObjectAsBytes(b -> b.bucket(BUCKET).key("open/a")));
        assertEquals(
                "User: arn:aws:iam::111111111111:user/carol is not authorized to perform: s3:GetObject on resource:"
                        + " \"arn:aws:s3:::guarded/open/a\" because no identity-based policy allows the s3:GetObject action",
                refusal.awsErrorDetails().errorMessage());
        var missing = assertThrows(S3Exception.class, () -> carol.listObjectsV2(b -> b.bucket("no-such-bucket")));
        assertEquals("NoSuchBucket", missing.awsErrorDetails().errorCode());
        walrus.carolMay(set("{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\",\"Condition\":"
                + "{\"IpAddress\":{\"aws:SourceIp\":\"127.0.0.1\"},\"Bool\":{\"aws:SecureTransport\":\"false\"},"
                + "\"StringEquals\":{\"s3:authType\":\"REST-HEADER\",\"s3:ResourceAccount\":\"111111111111\"}}}"));
        assertDoesNotThrow(() -> Wish.GET.run.accept(carol));
    }

    @Test
    void onlyTheDoorsOwnWordCountsForTheOrigin() {
        walrus.carolMay(set("{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\",\"Condition\":"
                + "{\"IpAddress\":{\"aws:SourceIp\":\"192.0.2.0/24\"},\"Bool\":{\"aws:SecureTransport\":\"true\"}}}"));
        var origin = new OriginStamp("192.0.2.9", true);
        refused(() -> Wish.GET.run.accept(carol));
        refused(() -> getStamped(origin.write(new byte[] {9}, Instant.now())));
        assertDoesNotThrow(() -> getStamped(origin.write(WalrusFixture.ORIGIN_KEY, Instant.now())));
    }

    private static void getStamped(String stamp) {
        carol.getObjectAsBytes(
                b -> b.bucket(BUCKET).key("open/a").overrideConfiguration(o -> o.putHeader(OriginStamp.HEADER, stamp)));
    }

    private static void refused(Runnable wish) {
        var refusal = assertThrows(S3Exception.class, wish::run);
        assertEquals(403, refusal.statusCode());
        var code = refusal.awsErrorDetails() == null
                ? ""
                : refusal.awsErrorDetails().errorCode();
        assertTrue(code == null || code.isEmpty() || code.equals("AccessDenied") || code.equals("403"), code);
    }

    private static String allow(String action, String resource) {
        return "{\"Effect\":\"Allow\",\"Action\":\"" + action + "\",\"Resource\":\"" + resource + "\"}";
    }

    private static PolicySet set(String... statements) {
        return PolicySet.ofIdentity(List.of(document(statements)));
    }

    private static PolicyDocument document(String... statements) {
        return PolicyDocument.parse(
                Stream.of(statements)
                        .collect(Collectors.joining(",", "{\"Version\":\"2012-10-17\",\"Statement\":[", "]}")),
                PolicyDocument.Kind.IDENTITY);
    }
}
