package io.coppice.walrus.http;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectCannedACL;
import software.amazon.awssdk.services.s3.model.ObjectOwnership;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * If this failed, another account or nobody in particular could read or write what was not shared, by whatever door; or what
 * was shared would stay closed.
 */
class S3SharingTest {
    @TempDir
    static Path folder;

    private static WalrusFixture walrus;
    private static S3Client alice;
    private static S3Client bob;

    @BeforeAll
    static void start() throws IOException {
        walrus = new WalrusFixture(folder);
        alice = walrus.alice();
        bob = walrus.client(WalrusFixture.BOB, WalrusFixture.SECRET);
    }

    @AfterAll
    static void stop() throws IOException {
        alice.close();
        bob.close();
        walrus.close();
    }

    @Test
    void anAccessControlListOpensExactlyWhatItGrants() throws Exception {
        bucket("listed");
        assertEquals(403, status(() -> read(bob, "listed", "k")));
        assertEquals(403, anonymous("listed", "k"));
        alice.putObjectAcl(b -> b.bucket("listed").key("k").grantRead("id=" + "b".repeat(64)));
        assertEquals("text", read(bob, "listed", "k"));
        assertEquals(403, anonymous("listed", "k"));
        assertEquals(403, status(() -> bob.getObjectAcl(b -> b.bucket("listed").key("k"))));
        assertEquals(403, status(() -> write(bob, "listed", "k2")));
        assertEquals(403, status(() -> bob.listObjectsV2(b -> b.bucket("listed"))));
        // What may not be listed may not be told apart from what is not there.
        assertEquals(403, status(() -> read(bob, "listed", "nothing")));

        alice.putObjectAcl(b -> b.bucket("listed").key("k").acl(ObjectCannedACL.PUBLIC_READ));
        assertEquals(200, anonymous("listed", "k"));
        alice.putPublicAccessBlock(b -> b.bucket("listed")
                .publicAccessBlockConfiguration(c -> c.ignorePublicAcls(true).blockPublicAcls(true)));
        assertEquals(403, anonymous("listed", "k"));
        assertEquals(
                403,
                status(() -> alice.putObject(
                        b -> b.bucket("listed").key("k3").acl(ObjectCannedACL.PUBLIC_READ),
                        RequestBody.fromString("x"))));
        assertEquals(
                400,
                status(() -> alice.putObjectAcl(b -> b.bucket("listed").key("k").grantRead("id=" + "c".repeat(64)))),
                "there is no such account");
    }

    @Test
    void aBucketPolicyAllowsDeniesAndBindsTheOwner() throws Exception {
        bucket("ruled");
        policy("ruled", statement("Allow", "\"AWS\":\"222222222222\"", "s3:GetObject", "ruled/*", ""));
        assertEquals("text", read(bob, "ruled", "k"));
        assertEquals(403, anonymous("ruled", "k"));
        assertEquals(
                403, status(() -> bob.getObjectTagging(b -> b.bucket("ruled").key("k"))));
        policy(
                "ruled",
                statement("Allow", "\"AWS\":\"*\"", "s3:GetObject", "ruled/*", ""),
                statement(
                        "Deny",
                        "\"AWS\":\"*\"",
                        "s3:GetObject",
                        "ruled/*",
                        ",\"Condition\":{\"StringEquals\":{\"s3:ExistingObjectTag/level\":\"secret\"}}"));
        assertEquals(200, anonymous("ruled", "k"));
        assertTrue(alice.getBucketPolicyStatus(b -> b.bucket("ruled"))
                .policyStatus()
                .isPublic());
        alice.putObjectTagging(b -> b.bucket("ruled")
                .key("k")
                .tagging(t -> t.tagSet(tag -> tag.key("level").value("secret"))));
        assertEquals(403, anonymous("ruled", "k"));
        assertEquals(403, status(() -> read(alice, "ruled", "k")), "a deny binds the owner too");
        alice.putObject(b -> b.bucket("ruled").key("k"), RequestBody.fromString("text"));
        alice.putPublicAccessBlock(
                b -> b.bucket("ruled").publicAccessBlockConfiguration(c -> c.restrictPublicBuckets(true)
                        .blockPublicPolicy(true)));
        assertEquals(403, anonymous("ruled", "k"));
        assertEquals("text", read(alice, "ruled", "k"));
        assertEquals(
                403, status(() -> policy("ruled", statement("Allow", "\"AWS\":\"*\"", "s3:GetObject", "ruled/*", ""))));
        alice.deleteBucketPolicy(b -> b.bucket("ruled"));
        assertEquals(404, status(() -> alice.getBucketPolicy(b -> b.bucket("ruled"))));
    }

    @Test
    void whatAnotherAccountPutsIsThatAccountsUnlessTheBucketSaysOtherwise() {
        bucket("theirs");
        policy("theirs", statement("Allow", "\"AWS\":\"222222222222\"", "s3:PutObject*", "theirs/*", ""));
        write(bob, "theirs", "bobs");
        assertEquals(403, status(() -> read(alice, "theirs", "bobs")));
        assertEquals(
                403,
                status(() -> alice.copyObject(b -> b.sourceBucket("theirs")
                        .sourceKey("bobs")
                        .destinationBucket("theirs")
                        .destinationKey("mine"))));
        assertEquals("text", read(bob, "theirs", "bobs"), "the list of the object names its owner");
        alice.putBucketOwnershipControls(b -> b.bucket("theirs")
                .ownershipControls(c -> c.rules(r -> r.objectOwnership(ObjectOwnership.BUCKET_OWNER_ENFORCED))));
        assertEquals("text", read(alice, "theirs", "bobs"));
        assertEquals(403, status(() -> read(bob, "theirs", "bobs")));
        var refused = assertThrows(
                S3Exception.class,
                () -> bob.putObject(
                        b -> b.bucket("theirs").key("more").acl(ObjectCannedACL.PRIVATE), RequestBody.fromString("x")));
        assertEquals("AccessControlListNotSupported", refused.awsErrorDetails().errorCode());
        assertDoesNotThrow(() -> write(bob, "theirs", "more"));
        assertEquals("text", read(alice, "theirs", "more"));
    }

    private static void bucket(String name) {
        alice.createBucket(b -> b.bucket(name));
        write(alice, name, "k");
    }

    private static void write(S3Client client, String bucket, String key) {
        client.putObject(b -> b.bucket(bucket).key(key), RequestBody.fromString("text"));
    }

    private static String read(S3Client client, String bucket, String key) {
        return client.getObjectAsBytes(b -> b.bucket(bucket).key(key)).asUtf8String();
    }

    private static int anonymous(String bucket, String key) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var uri = walrus.endpoint().resolve("/" + bucket + "/" + key);
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private static void policy(String bucket, String... statements) {
        alice.putBucketPolicy(b -> b.bucket(bucket)
                .policy("{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}"));
    }

    private static String statement(String effect, String principal, String action, String resource, String more) {
        return "{\"Effect\":\"" + effect + "\",\"Principal\":{" + principal + "},\"Action\":\"" + action
                + "\",\"Resource\":\"arn:aws:s3:::" + resource + "\"" + more + "}";
    }

    private static int status(Runnable wish) {
        return assertThrows(S3Exception.class, wish::run).statusCode();
    }
}
