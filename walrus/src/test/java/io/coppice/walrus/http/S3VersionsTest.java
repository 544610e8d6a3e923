package io.coppice.walrus.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** If this failed, a bucket with versions would lose what was overwritten or deleted, or show it in the wrong order. */
class S3VersionsTest {
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
    void everyWriteIsKeptUntilItsVersionIsDeleted() {
        versioned("kept");
        var first = put("kept", "k", "one");
        var second = put("kept", "k", "two");
        assertNotEquals(first, second);
        assertEquals("two", get("kept", "k"));
        assertEquals("one", get("kept", "k", first));

        var marker = s3.deleteObject(b -> b.bucket("kept").key("k"));
        assertTrue(marker.deleteMarker());
        assertEquals(404, status(() -> get("kept", "k")));
        assertEquals(405, status(() -> get("kept", "k", marker.versionId())));
        assertEquals("one", get("kept", "k", first));
        assertEquals(409, status(() -> s3.deleteBucket(b -> b.bucket("kept"))));

        s3.deleteObject(b -> b.bucket("kept").key("k").versionId(marker.versionId()));
        assertEquals("two", get("kept", "k"));
        s3.deleteObject(b -> b.bucket("kept").key("k").versionId(second));
        assertEquals("one", get("kept", "k"));
        assertEquals(404, status(() -> get("kept", "k", second)));
        assertEquals(400, status(() -> get("kept", "k", "no-version")));
    }

    @Test
    void whatWasThereBeforeAndWhatComesWhileSuspendedIsTheVersionNull() {
        s3.createBucket(b -> b.bucket("suspended"));
        s3.putObject(b -> b.bucket("suspended").key("k"), RequestBody.fromString("before"));
        set("suspended", BucketVersioningStatus.ENABLED);
        var kept = put("suspended", "k", "kept");
        assertEquals("before", get("suspended", "k", "null"));
        set("suspended", BucketVersioningStatus.SUSPENDED);
        s3.putObject(b -> b.bucket("suspended").key("k"), RequestBody.fromString("after"));
        assertEquals("after", get("suspended", "k", "null"));
        assertEquals("kept", get("suspended", "k", kept));
        s3.deleteObject(b -> b.bucket("suspended").key("k"));
        assertEquals(
                List.of(kept),
                versions("suspended").stream().map(ObjectVersion::versionId).toList());
        assertEquals(404, status(() -> get("suspended", "k")));
    }

    @Test
    void pagesOfVersionsLeaveNothingOutAndShowTheNewestFirst() {
        versioned("pages");
        var expected = new ArrayList<String>();
        for (var key : List.of("a", "b/1", "b/2", "c")) {
            var ofKey = new ArrayList<String>();
            for (int i = 0; i < 3; i++) {
                ofKey.addFirst(key + " " + put("pages", key, "v" + i));
            }
            expected.addAll(ofKey);
        }
        for (int size : new int[] {1, 2, 5, 1000}) {
            var seen = s3.listObjectVersionsPaginator(b -> b.bucket("pages").maxKeys(size)).versions().stream()
                    .map(each -> each.key() + " " + each.versionId())
                    .toList();
            assertEquals(expected, seen, "pages of " + size);
        }
        var folders = s3.listObjectVersions(b -> b.bucket("pages").delimiter("/"));
        assertEquals(
                List.of("b/"),
                folders.commonPrefixes().stream().map(each -> each.prefix()).toList());
        assertEquals(6, folders.versions().size());
        assertEquals(4, s3.listObjectsV2(b -> b.bucket("pages")).keyCount());
    }

    @Test
    void whoDeletesPageByPageReachesTheEnd() {
        versioned("emptied");
        for (int i = 0; i < 7; i++) {
            put("emptied", "k" + i % 2, "v" + i);
        }
        var pages = 0;
        for (var page : s3.listObjectVersionsPaginator(b -> b.bucket("emptied").maxKeys(2))) {
            page.versions()
                    .forEach(each -> s3.deleteObject(
                            b -> b.bucket("emptied").key(each.key()).versionId(each.versionId())));
            pages++;
        }
        assertEquals(4, pages);
        s3.deleteBucket(b -> b.bucket("emptied"));
    }

    @Test
    void oneOfManyWritersAtATimeIsTheNewest() throws Exception {
        versioned("races");
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                var text = "v" + i;
                executor.submit(() -> put("races", "k", text));
            }
        }
        var all = versions("races");
        assertEquals(20, all.size());
        assertEquals(
                List.of(true),
                all.stream().map(ObjectVersion::isLatest).filter(each -> each).toList());
        assertTrue(all.getFirst().isLatest());
    }

    @Test
    void manyVersionsGoAtOnceWithTheirBytes() throws IOException {
        versioned("many");
        var names = new ArrayList<ObjectIdentifier>();
        for (int i = 0; i < 5; i++) {
            var version = put("many", "k" + i % 2, "v" + i);
            var key = "k" + i % 2;
            names.add(ObjectIdentifier.builder().key(key).versionId(version).build());
        }
        var answer = s3.deleteObjects(b -> b.bucket("many").delete(d -> d.objects(names)));
        assertEquals(5, answer.deleted().size());
        s3.deleteBucket(b -> b.bucket("many"));
    }

    private static void versioned(String bucket) {
        s3.createBucket(b -> b.bucket(bucket));
        set(bucket, BucketVersioningStatus.ENABLED);
    }

    private static void set(String bucket, BucketVersioningStatus status) {
        s3.putBucketVersioning(b -> b.bucket(bucket).versioningConfiguration(v -> v.status(status)));
    }

    private static String put(String bucket, String key, String text) {
        return s3.putObject(b -> b.bucket(bucket).key(key), RequestBody.fromString(text))
                .versionId();
    }

    private static String get(String bucket, String key) {
        return s3.getObjectAsBytes(b -> b.bucket(bucket).key(key)).asUtf8String();
    }

    private static String get(String bucket, String key, String version) {
        return s3.getObjectAsBytes(b -> b.bucket(bucket).key(key).versionId(version))
                .asUtf8String();
    }

    private static List<ObjectVersion> versions(String bucket) {
        return s3.listObjectVersions(b -> b.bucket(bucket)).versions();
    }

    private static int status(Runnable wish) {
        return assertThrows(S3Exception.class, wish::run).statusCode();
    }
}
