package io.coppice.walrus.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.walrus.WalrusFixture;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ObjectAttributes;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.Tag;

/**
 * If this failed, browsers would be let in or kept out against a bucket's rules, tags would be lost or exceed their limits, or
 * the attributes of objects would be wrong.
 */
class S3SettingsTest {
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
    void scriptsOfOtherSitesAreLetInAsTheRulesSay() throws Exception {
        s3.createBucket(b -> b.bucket("crossed"));
        assertEquals("NoSuchCORSConfiguration", refusal(() -> s3.getBucketCors(b -> b.bucket("crossed"))));
        s3.putBucketCors(b -> b.bucket("crossed")
                .corsConfiguration(c -> c.corsRules(r -> r.allowedOrigins("https://*.example")
                        .allowedMethods("GET", "PUT")
                        .allowedHeaders("x-amz-*")
                        .exposeHeaders("ETag")
                        .maxAgeSeconds(60))));
        var allowed = preflight("https://app.example", "PUT", "x-amz-date");
        assertEquals(200, allowed.statusCode());
        assertEquals("https://app.example", header(allowed, "Access-Control-Allow-Origin"));
        assertEquals("60", header(allowed, "Access-Control-Max-Age"));
        assertEquals(403, preflight("https://app.example", "DELETE", "").statusCode());
        assertEquals(403, preflight("https://elsewhere.test", "PUT", "").statusCode());
        assertEquals(
                403, preflight("https://app.example", "PUT", "authorization").statusCode());
        s3.deleteBucketCors(b -> b.bucket("crossed"));
        assertEquals(403, preflight("https://app.example", "PUT", "").statusCode());
    }

    @Test
    void tagsAreKeptWithinTheirLimits() {
        s3.createBucket(b -> b.bucket("tagged"));
        s3.putObject(b -> b.bucket("tagged").key("k").tagging("a=1&b=two%20words"), RequestBody.fromString("x"));
        assertEquals(List.of(tag("a", "1"), tag("b", "two words")), tags());
        assertEquals(
                2,
                s3.getObject(b -> b.bucket("tagged").key("k"), (head, body) -> head)
                        .tagCount());
        s3.putObjectTagging(b -> b.bucket("tagged").key("k").tagging(t -> t.tagSet(tag("c", ""))));
        assertEquals(List.of(tag("c", "")), tags());
        var eleven = IntStream.range(0, 11).mapToObj(i -> tag("k" + i, "v")).toList();
        assertEquals("InvalidTag", refusal(() -> put(eleven)));
        assertEquals("InvalidTag", refusal(() -> put(List.of(tag("k", "1"), tag("k", "2")))));
        assertEquals("InvalidTag", refusal(() -> put(List.of(tag("k".repeat(129), "v")))));
        assertEquals("InvalidTag", refusal(() -> put(List.of(tag("k", "v".repeat(257))))));
        assertEquals(List.of(tag("c", "")), tags());
        s3.deleteObjectTagging(b -> b.bucket("tagged").key("k"));
        assertEquals(List.of(), tags());
        s3.putBucketTagging(b -> b.bucket("tagged").tagging(t -> t.tagSet(tag("team", "x"))));
        assertEquals(
                List.of(tag("team", "x")),
                s3.getBucketTagging(b -> b.bucket("tagged")).tagSet());
        s3.deleteBucketTagging(b -> b.bucket("tagged"));
        assertEquals("NoSuchTagSet", refusal(() -> s3.getBucketTagging(b -> b.bucket("tagged"))));
    }

    @Test
    void attributesAreThoseOfTheObject() {
        s3.createBucket(b -> b.bucket("described"));
        var put = s3.putObject(
                b -> b.bucket("described").key("k").checksumAlgorithm(ChecksumAlgorithm.SHA256),
                RequestBody.fromString("hello"));
        var all = s3.getObjectAttributes(b -> b.bucket("described")
                .key("k")
                .objectAttributes(
                        ObjectAttributes.E_TAG,
                        ObjectAttributes.OBJECT_SIZE,
                        ObjectAttributes.CHECKSUM,
                        ObjectAttributes.STORAGE_CLASS));
        assertEquals(put.eTag(), "\"" + all.eTag() + "\"");
        assertEquals(5, all.objectSize());
        assertEquals(put.checksumSHA256(), all.checksum().checksumSHA256());
        assertEquals("STANDARD", all.storageClassAsString());
        var one = s3.getObjectAttributes(
                b -> b.bucket("described").key("k").objectAttributes(ObjectAttributes.OBJECT_SIZE));
        assertEquals(null, one.eTag());
        assertEquals(
                "NoSuchKey",
                refusal(() -> s3.getObjectAttributes(
                        b -> b.bucket("described").key("none").objectAttributes(ObjectAttributes.E_TAG))));
    }

    @Test
    void whatIsNotThereSaysSo() {
        s3.createBucket(b -> b.bucket("plain"));
        assertEquals(
                "NotImplemented",
                refusal(() -> s3.putBucketLifecycleConfiguration(b -> b.bucket("plain")
                        .lifecycleConfiguration(c -> c.rules(r -> r.id("move")
                                .status("Enabled")
                                .filter(f -> f.prefix(""))
                                .transitions(t -> t.days(30).storageClass("GLACIER")))))));
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    private static List<Tag> tags() {
        return s3.getObjectTagging(b -> b.bucket("tagged").key("k")).tagSet();
    }

    private static void put(List<Tag> tags) {
        s3.putObjectTagging(b -> b.bucket("tagged").key("k").tagging(t -> t.tagSet(tags)));
    }

    private static String refusal(Runnable call) {
        return assertThrows(S3Exception.class, call::run).awsErrorDetails().errorCode();
    }

    private static HttpResponse<String> preflight(String origin, String method, String headers)
            throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(walrus.endpoint().resolve("/crossed/k"))
                    .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                    .header("Origin", origin)
                    .header("Access-Control-Request-Method", method);
            if (!headers.isEmpty()) {
                request.header("Access-Control-Request-Headers", headers);
            }
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }
}
