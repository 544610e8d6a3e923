package io.coppice.walrus.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.walrus.WalrusFixture;
import io.coppice.walrus.notification.Announcements;
import io.coppice.walrus.notification.Outbox;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.TransitionStorageClass;

/** If this failed, lifecycle rules would remove what they are not about, or leave what has to go. */
class LifecycleRunTest {
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
    void whatARuleIsAboutGoesAfterItsDaysAndNothingElse() {
        s3.createBucket(b -> b.bucket("plain"));
        for (var key : List.of("logs/old", "logs/large", "other/kept")) {
            s3.putObject(b -> b.bucket("plain").key(key), RequestBody.fromString(key));
        }
        s3.putObject(b -> b.bucket("plain").key("tagged").tagging("go=yes"), RequestBody.fromString("x"));
        rules(
                "plain",
                LifecycleRule.builder()
                        .status(ExpirationStatus.ENABLED)
                        .filter(f -> f.and(a -> a.prefix("logs/").objectSizeLessThan(9L)))
                        .expiration(e -> e.days(2))
                        .build(),
                LifecycleRule.builder()
                        .id("tags")
                        .status(ExpirationStatus.ENABLED)
                        .filter(f -> f.tag(t -> t.key("go").value("yes")))
                        .expiration(e -> e.days(1))
                        .build());
        run(Duration.ofHours(1));
        assertEquals(List.of("logs/large", "logs/old", "other/kept", "tagged"), keys("plain"));
        run(Duration.ofHours(49));
        assertEquals(List.of("logs/large", "logs/old", "other/kept"), keys("plain"));
        run(Duration.ofDays(4));
        assertEquals(List.of("logs/large", "other/kept"), keys("plain"));
    }

    @Test
    void olderVersionsLoneMarkersAndUploadsGo() {
        s3.createBucket(b -> b.bucket("versions"));
        s3.putBucketVersioning(b -> b.bucket("versions").versioningConfiguration(v -> v.status("Enabled")));
        for (var text : List.of("1", "2", "3", "4")) {
            s3.putObject(b -> b.bucket("versions").key("k"), RequestBody.fromString(text));
        }
        s3.putObject(b -> b.bucket("versions").key("gone"), RequestBody.fromString("x"));
        s3.deleteObject(b -> b.bucket("versions").key("gone"));
        s3.createMultipartUpload(b -> b.bucket("versions").key("never"));
        rules(
                "versions",
                LifecycleRule.builder()
                        .status(ExpirationStatus.ENABLED)
                        .filter(f -> f.prefix(""))
                        .noncurrentVersionExpiration(n -> n.noncurrentDays(1).newerNoncurrentVersions(1))
                        .abortIncompleteMultipartUpload(a -> a.daysAfterInitiation(3))
                        .build(),
                LifecycleRule.builder()
                        .id("markers")
                        .status(ExpirationStatus.ENABLED)
                        .filter(f -> f.prefix("gone"))
                        .noncurrentVersionExpiration(n -> n.noncurrentDays(1))
                        .expiration(e -> e.expiredObjectDeleteMarker(true))
                        .build());
        run(Duration.ofHours(49));
        assertEquals(
                1, s3.listMultipartUploads(b -> b.bucket("versions")).uploads().size());
        run(Duration.ofDays(5));
        var left = s3.listObjectVersions(b -> b.bucket("versions"));
        assertEquals(2, left.versions().size(), left.toString());
        assertEquals(0, left.deleteMarkers().size(), left.toString());
        assertEquals(
                "4", s3.getObjectAsBytes(b -> b.bucket("versions").key("k")).asUtf8String());
        assertEquals(
                0, s3.listMultipartUploads(b -> b.bucket("versions")).uploads().size());
    }

    @Test
    void rulesThatCannotBeCarriedOutAreRefused() {
        s3.createBucket(b -> b.bucket("refused"));
        var move = LifecycleRule.builder()
                .status(ExpirationStatus.ENABLED)
                .filter(f -> f.prefix(""))
                .transitions(t -> t.days(1).storageClass(TransitionStorageClass.GLACIER))
                .build();
        assertEquals(
                501,
                assertThrows(S3Exception.class, () -> rules("refused", move)).statusCode());
    }

    private static void rules(String bucket, LifecycleRule... rules) {
        s3.putBucketLifecycleConfiguration(b -> b.bucket(bucket).lifecycleConfiguration(c -> c.rules(rules)));
    }

    private static void run(Duration later) {
        var store = walrus.store();
        var clock = Clock.offset(Clock.systemUTC(), later);
        var nobody = new Announcements(clock, new Outbox(1));
        new LifecycleRun(store.transactions(), clock, store.blobs(), nobody, Duration.ofDays(1)).run();
    }

    private static List<String> keys(String bucket) {
        return s3.listObjectsV2(b -> b.bucket(bucket)).contents().stream()
                .map(S3Object::key)
                .toList();
    }
}
