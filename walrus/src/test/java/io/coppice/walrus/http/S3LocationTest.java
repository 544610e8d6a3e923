package io.coppice.walrus.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.walrus.WalrusFixture;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** If this failed, a bucket would be made, and said to lie, in a region that there is not. */
class S3LocationTest {
    @TempDir
    Path folder;

    @Test
    void theOldestRegionMakesBucketsForAllRegions() throws IOException {
        try (var walrus = new WalrusFixture(folder);
                var s3 = walrus.alice()) {
            create(s3, "here", "us-east-1");
            create(s3, "there", "eu-west-1");
            create(s3, "long-ago", "EU");
            assertEquals(
                    "eu-west-1", s3.getBucketLocation(b -> b.bucket("there")).locationConstraintAsString());
            refused(s3, "InvalidLocationConstraint", "nowhere");
            refused(s3, "InvalidLocationConstraint", "eu-west-1 ");
        }
    }

    @Test
    void anotherRegionMakesItsOwnOnly() throws IOException {
        try (var walrus = new WalrusFixture(folder, S3Settings.standard("berlin"));
                var s3 = walrus.alice()) {
            create(s3, "here", "berlin");
            s3.createBucket(b -> b.bucket("without"));
            assertEquals(
                    "berlin", s3.getBucketLocation(b -> b.bucket("without")).locationConstraintAsString());
            refused(s3, "IllegalLocationConstraintException", "eu-west-1");
        }
    }

    private static void create(S3Client s3, String name, String location) {
        s3.createBucket(b -> b.bucket(name).createBucketConfiguration(c -> c.locationConstraint(location)));
    }

    private static void refused(S3Client s3, String code, String location) {
        var refusal = assertThrows(S3Exception.class, () -> create(s3, "refused", location));
        assertEquals(code, refusal.awsErrorDetails().errorCode());
        assertEquals(400, refusal.statusCode());
        assertEquals(
                404,
                assertThrows(S3Exception.class, () -> s3.headBucket(b -> b.bucket("refused")))
                        .statusCode());
    }
}
