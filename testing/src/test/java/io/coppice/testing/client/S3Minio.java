package io.coppice.testing.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.minio.ComposeObjectArgs;
import io.minio.GetObjectArgs;
import io.minio.GetObjectTagsArgs;
import io.minio.ListObjectsArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveBucketArgs;
import io.minio.RemoveObjectsArgs;
import io.minio.SetObjectTagsArgs;
import io.minio.SourceObject;
import io.minio.StatObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import io.minio.messages.DeleteRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The SDK of MinIO for Java, which streams with signed chunks and composes objects of others. */
final class S3Minio {
    private static final int MIB = 1024 * 1024;

    private final Toolbox tools;
    private final String bucket = Toolbox.uniqueName();

    S3Minio(Toolbox tools) {
        this.tools = tools;
    }

    void tell() throws Exception {
        try (var minio = MinioClient.builder()
                .endpoint(tools.value("AWS_ENDPOINT_URL"))
                .region(tools.value("AWS_REGION"))
                .credentials(tools.value("AWS_ACCESS_KEY_ID"), tools.value("AWS_SECRET_ACCESS_KEY"))
                .build()) {
            minio.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
            var content = new byte[12 * MIB];
            new Random(2).nextBytes(content);
            // Of unknown length, so it goes in parts.
            minio.putObject(PutObjectArgs.builder().bucket(bucket).object("a/streamed").stream(
                            new ByteArrayInputStream(content), -1L, 5L * MIB)
                    .build());
            assertArrayEquals(content, read(minio, "a/streamed"));
            minio.composeObject(ComposeObjectArgs.builder()
                    .bucket(bucket)
                    .object("b/composed")
                    // The SDK takes the list apart.
                    .sources(new ArrayList<>(List.of(source("a/streamed"), source("a/streamed"))))
                    .build());
            assertEquals(
                    2L * content.length,
                    minio.statObject(StatObjectArgs.builder()
                                    .bucket(bucket)
                                    .object("b/composed")
                                    .build())
                            .size());
            minio.setObjectTags(SetObjectTagsArgs.builder()
                    .bucket(bucket)
                    .object("a/streamed")
                    .tags(Map.of("kind", "test"))
                    .build());
            assertEquals(
                    Map.of("kind", "test"),
                    minio.getObjectTags(GetObjectTagsArgs.builder()
                                    .bucket(bucket)
                                    .object("a/streamed")
                                    .build())
                            .get());
            var missing = assertThrows(ErrorResponseException.class, () -> read(minio, "nothing"));
            assertEquals("NoSuchKey", missing.errorResponse().code());
            remove(minio);
        }
    }

    private SourceObject source(String key) {
        return SourceObject.builder().bucket(bucket).object(key).build();
    }

    private byte[] read(MinioClient minio, String key) throws MinioException, IOException {
        try (var stream = minio.getObject(
                GetObjectArgs.builder().bucket(bucket).object(key).build())) {
            return stream.readAllBytes();
        }
    }

    private void remove(MinioClient minio) throws MinioException {
        var keys = new ArrayList<DeleteRequest.Object>();
        for (var each : minio.listObjects(
                ListObjectsArgs.builder().bucket(bucket).recursive(true).build())) {
            keys.add(new DeleteRequest.Object(each.get().objectName()));
        }
        assertEquals(2, keys.size());
        for (var failure : minio.removeObjects(
                RemoveObjectsArgs.builder().bucket(bucket).objects(keys).build())) {
            throw new AssertionError(failure.get().message());
        }
        minio.removeBucket(RemoveBucketArgs.builder().bucket(bucket).build());
    }
}
