package io.coppice.testing.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** S3 by the AWS SDK for Java v2: its plain client, and the one that runs on AWS's native runtime. */
final class S3JavaSdk {
    private static final int MIB = 1024 * 1024;
    private static final int PART_BYTES = 8 * MIB;
    private static final int BIG_BYTES = 2 * PART_BYTES + 12_345;
    private static final long LIMIT_SECONDS = 300;

    private final URI endpoint;
    private final Region region;
    private final StaticCredentialsProvider credentials;
    private final String bucket = Toolbox.uniqueName();
    private final byte[] big = new byte[BIG_BYTES];

    S3JavaSdk(Toolbox tools) {
        this.endpoint = URI.create(tools.value("AWS_ENDPOINT_URL"));
        this.region = Region.of(tools.value("AWS_REGION"));
        this.credentials = StaticCredentialsProvider.create(
                AwsBasicCredentials.create(tools.value("AWS_ACCESS_KEY_ID"), tools.value("AWS_SECRET_ACCESS_KEY")));
        new Random(1).nextBytes(big);
    }

    /** Each algorithm as a trailer, a multipart upload, a read of one part, a condition that fails. */
    void tell() {
        try (var s3 = client()) {
            s3.createBucket(b -> b.bucket(bucket));
            for (var algorithm : ChecksumAlgorithm.knownValues()) {
                if (isOfS3(algorithm)) {
                    put(s3, algorithm);
                }
            }
            multipart(s3);
            var refused = assertThrows(
                    S3Exception.class,
                    () -> s3.putObject(b -> b.bucket(bucket).key("big").ifNoneMatch("*"), RequestBody.fromString("x")));
            assertEquals(412, refused.statusCode());
            remove(s3);
        }
    }

    /** Some that the SDK knows are newer than the store. */
    private static boolean isOfS3(ChecksumAlgorithm algorithm) {
        return switch (algorithm) {
            case CRC32, CRC32_C, SHA1, SHA256 -> true;
            default -> false;
        };
    }

    private void put(S3Client s3, ChecksumAlgorithm algorithm) {
        var key = "with " + algorithm;
        s3.putObject(b -> b.bucket(bucket).key(key).checksumAlgorithm(algorithm), RequestBody.fromString("hello"));
        var read = s3.getObjectAsBytes(b -> b.bucket(bucket).key(key).checksumMode(ChecksumMode.ENABLED));
        assertEquals("hello", read.asUtf8String());
    }

    private void multipart(S3Client s3) {
        var upload = s3.createMultipartUpload(b -> b.bucket(bucket).key("big")).uploadId();
        var parts = new java.util.ArrayList<CompletedPart>();
        for (int number = 1; (number - 1) * PART_BYTES < big.length; number++) {
            var first = (number - 1) * PART_BYTES;
            var piece = java.util.Arrays.copyOfRange(big, first, Math.min(big.length, first + PART_BYTES));
            var partNumber = number;
            var etag = s3.uploadPart(
                            b -> b.bucket(bucket).key("big").uploadId(upload).partNumber(partNumber),
                            RequestBody.fromBytes(piece))
                    .eTag();
            parts.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
        }
        s3.completeMultipartUpload(
                b -> b.bucket(bucket).key("big").uploadId(upload).multipartUpload(m -> m.parts(parts)));
        assertArrayEquals(
                big, s3.getObjectAsBytes(b -> b.bucket(bucket).key("big")).asByteArray());
        var second = s3.getObject(b -> b.bucket(bucket).key("big").partNumber(2), (head, body) -> head);
        assertEquals(parts.size(), second.partsCount());
        assertEquals(s3.headObject(b -> b.bucket(bucket).key("big")).eTag(), second.eTag());
    }

    /** Parts go and come at the same time, each with its own checksum. */
    void tellByNativeClient() throws Exception {
        try (var s3 = S3AsyncClient.crtBuilder()
                        .endpointOverride(endpoint)
                        .region(region)
                        .credentialsProvider(credentials)
                        .forcePathStyle(true)
                        .minimumPartSizeInBytes((long) PART_BYTES)
                        .build();
                var plain = client()) {
            plain.createBucket(b -> b.bucket(bucket));
            s3.putObject(b -> b.bucket(bucket).key("big"), AsyncRequestBody.fromBytes(big))
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
            var read = s3.getObject(b -> b.bucket(bucket).key("big"), AsyncResponseTransformer.toBytes())
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
            assertArrayEquals(big, read.asByteArray());
            s3.copyObject(b -> b.sourceBucket(bucket)
                            .sourceKey("big")
                            .destinationBucket(bucket)
                            .destinationKey("copy"))
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
            assertEquals(
                    big.length,
                    plain.headObject(b -> b.bucket(bucket).key("copy")).contentLength());
            remove(plain);
        }
    }

    private S3Client client() {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(credentials)
                .forcePathStyle(true)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    private void remove(S3Client s3) {
        s3.listObjectsV2Paginator(b -> b.bucket(bucket))
                .contents()
                .forEach(object -> s3.deleteObject(b -> b.bucket(bucket).key(object.key())));
        s3.deleteBucket(b -> b.bucket(bucket));
    }
}
