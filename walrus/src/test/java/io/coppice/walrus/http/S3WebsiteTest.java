package io.coppice.walrus.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Protocol;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.WebsiteConfiguration;

/** If this failed, visitors of a bucket that is a web site would see XML, nothing, or what is not theirs to see. */
class S3WebsiteTest {
    @TempDir
    static Path folder;

    private static WalrusFixture walrus;
    private static S3Client alice;

    @BeforeAll
    static void start() throws IOException {
        walrus = new WalrusFixture(folder);
        alice = walrus.alice();
    }

    @AfterAll
    static void stop() throws IOException {
        alice.close();
        walrus.close();
    }

    private record Answer(int status, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    @Test
    void foldersHaveAnIndexAndErrorsAPage() throws Exception {
        site(
                "plain",
                WebsiteConfiguration.builder()
                        .indexDocument(d -> d.suffix("index.html"))
                        .errorDocument(d -> d.key("oops.html"))
                        .build());
        put("plain", "index.html", "home");
        put("plain", "docs/index.html", "docs");
        put("plain", "oops.html", "nothing here");
        assertEquals("home", visit("plain", "/").body());
        assertEquals("text/html", visit("plain", "/").header("content-type"));
        assertEquals("docs", visit("plain", "/docs/").body());
        var folder = visit("plain", "/docs");
        assertEquals("302 /docs/", folder.status() + " " + folder.header("location"));
        var missing = visit("plain", "/missing");
        assertEquals("404 nothing here", missing.status() + " " + missing.body());
        assertEquals("NoSuchKey", missing.header("x-amz-error-code"));
        // Subresources are nothing to visitors.
        assertEquals("home", visit("plain", "/?acl").body());
        assertEquals(405, visit("plain", "DELETE", "/index.html").status());
    }

    @Test
    void whatIsNotPublicIsNotShown() throws Exception {
        alice.createBucket(b -> b.bucket("closed"));
        alice.putBucketWebsite(
                b -> b.bucket("closed").websiteConfiguration(c -> c.indexDocument(d -> d.suffix("index.html"))
                        .errorDocument(d -> d.key("e"))));
        put("closed", "index.html", "secret");
        put("closed", "e", "also secret");
        var answer = visit("closed", "/");
        assertEquals(403, answer.status());
        assertTrue(answer.body().contains("<li>Code: AccessDenied</li>"), answer.body());
        assertTrue(answer.header("content-type").startsWith("text/html"), answer::toString);
        assertEquals(404, visit("no-such-site", "/").status());
        alice.createBucket(b -> b.bucket("no-site"));
        assertTrue(visit("no-site", "/<script>").body().contains("NoSuchWebsiteConfiguration"));
        assertTrue(!visit("no-site", "/%3Cscript%3E").body().contains("<script>"), "the key is not escaped");
    }

    @Test
    void visitorsAreSentElsewhere() throws Exception {
        site(
                "moved",
                WebsiteConfiguration.builder()
                        .indexDocument(d -> d.suffix("index.html"))
                        .routingRules(
                                r -> r.condition(c -> c.keyPrefixEquals("old/"))
                                        .redirect(t ->
                                                t.replaceKeyPrefixWith("new/").httpRedirectCode("302")),
                                r -> r.condition(c -> c.httpErrorCodeReturnedEquals("404"))
                                        .redirect(t -> t.hostName("elsewhere.example")
                                                .protocol(Protocol.HTTPS)
                                                .replaceKeyWith("lost.html")))
                        .build());
        var old = visit("moved", "/old/a%20b");
        assertEquals(302, old.status());
        assertTrue(old.header("location").endsWith(":" + walrus.endpoint().getPort() + "/new/a%20b"), old::toString);
        assertEquals(
                "https://elsewhere.example/lost.html",
                visit("moved", "/missing").header("location"));
        alice.putObject(
                b -> b.bucket("moved").key("page").websiteRedirectLocation("/other"), RequestBody.fromString("x"));
        var page = visit("moved", "/page");
        assertEquals("301 /other", page.status() + " " + page.header("location"));

        site(
                "all",
                WebsiteConfiguration.builder()
                        .redirectAllRequestsTo(r -> r.hostName("new.example"))
                        .build());
        assertEquals("http://new.example/a/b", visit("all", "/a/b").header("location"));
    }

    @Test
    void theDocumentIsCheckedAndComesBack() {
        alice.createBucket(b -> b.bucket("checked"));
        var refused = assertThrows(
                S3Exception.class,
                () -> alice.putBucketWebsite(
                        b -> b.bucket("checked").websiteConfiguration(c -> c.indexDocument(d -> d.suffix("a/b")))));
        assertEquals(400, refused.statusCode());
        alice.putBucketWebsite(b -> b.bucket("checked").websiteConfiguration(c -> c.indexDocument(d -> d.suffix("i"))));
        assertEquals(
                "i",
                alice.getBucketWebsite(b -> b.bucket("checked")).indexDocument().suffix());
        alice.deleteBucketWebsite(b -> b.bucket("checked"));
        var gone = assertThrows(S3Exception.class, () -> alice.getBucketWebsite(b -> b.bucket("checked")));
        assertEquals("NoSuchWebsiteConfiguration", gone.awsErrorDetails().errorCode());
    }

    private static void site(String bucket, WebsiteConfiguration configuration) {
        alice.createBucket(b -> b.bucket(bucket));
        alice.putBucketWebsite(b -> b.bucket(bucket).websiteConfiguration(configuration));
        alice.putBucketPolicy(b -> b.bucket(bucket).policy("""
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",
                    "Action": ["s3:GetObject", "s3:ListBucket"],
                    "Resource": ["arn:aws:s3:::%1$s", "arn:aws:s3:::%1$s/*"]}]}""".formatted(bucket)));
    }

    private static void put(String bucket, String key, String text) {
        alice.putObject(b -> b.bucket(bucket).key(key).contentType("text/html"), RequestBody.fromString(text));
    }

    private static Answer visit(String bucket, String path) throws IOException {
        return visit(bucket, "GET", path);
    }

    /** By hand, since the JDK's client does not let one choose the host's name. */
    private static Answer visit(String bucket, String method, String path) throws IOException {
        var endpoint = walrus.endpoint();
        try (var socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
            var request = method + " " + path + " HTTP/1.1\r\nHost: " + bucket + ".s3-website.localhost:"
                    + endpoint.getPort() + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            var reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            var status = Integer.parseInt(reader.readLine().split(" ")[1]);
            var headers = new LinkedHashMap<String, String>();
            for (var line = reader.readLine(); !line.isEmpty(); line = reader.readLine()) {
                var colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            return new Answer(status, headers, reader.lines().collect(Collectors.joining("\n")));
        }
    }
}
