package io.coppice.walrus.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** If this failed, browsers could not upload by forms, or could upload what nobody signed; old clients would be locked out. */
class S3FormsTest {
    private static final String BOUNDARY = "----boundary7";

    @TempDir
    static Path folder;

    private static WalrusFixture walrus;
    private static S3Client s3;
    private static HttpClient http;

    @BeforeAll
    static void start() throws IOException {
        walrus = new WalrusFixture(folder);
        s3 = walrus.alice();
        http = HttpClient.newHttpClient();
        s3.createBucket(b -> b.bucket("forms"));
    }

    @AfterAll
    static void stop() throws IOException {
        http.close();
        s3.close();
        walrus.close();
    }

    @Test
    void aSignedFormPutsTheFileAsItSays() throws Exception {
        var file = "x\r\n--almost the boundary\r\n" + "y".repeat(200_000);
        var fields = signed("\"file-\"", 0, 1_000_000);
        fields.put("key", "file-${filename}");
        fields.put("success_action_status", "201");
        fields.put("Content-Type", "text/plain");
        fields.put("x-amz-meta-who", "me");
        var answer = post(fields, file);
        assertEquals(201, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains("<Key>file-name.txt</Key>"), answer.body());
        var stored = s3.getObjectAsBytes(b -> b.bucket("forms").key("file-name.txt"));
        assertEquals(file, stored.asUtf8String());
        assertEquals("text/plain", stored.response().contentType());
        assertEquals("me", stored.response().metadata().get("who"));
    }

    @Test
    void whatWasNotSignedIsRefused() throws Exception {
        var unsigned = new LinkedHashMap<>(Map.of("key", "file-a"));
        assertEquals(403, post(unsigned, "x").statusCode());
        var otherKey = signed("\"file-\"", 0, 100);
        otherKey.put("key", "elsewhere");
        assertEquals(403, post(otherKey, "x").statusCode());
        var moreFields = signed("\"file-\"", 0, 100);
        moreFields.put("key", "file-a");
        moreFields.put("x-amz-storage-class", "STANDARD");
        assertEquals(403, post(moreFields, "x").statusCode());
        var tooLong = signed("\"file-\"", 0, 3);
        tooLong.put("key", "file-a");
        assertEquals(400, post(tooLong, "abcd").statusCode());
        var forged = signed("\"file-\"", 0, 100);
        forged.put("key", "file-a");
        forged.put("signature", "AAAA" + String.valueOf(forged.get("signature")).substring(4));
        assertEquals(403, post(forged, "x").statusCode());
        assertEquals(
                0, s3.listObjectsV2(b -> b.bucket("forms").prefix("file-a")).keyCount());
    }

    @Test
    void signaturesOfVersionTwoCountInHeadersAndUrls() throws Exception {
        s3.putObject(
                b -> b.bucket("forms").key("old"), software.amazon.awssdk.core.sync.RequestBody.fromString("text"));
        var date = DateTimeFormatter.RFC_1123_DATE_TIME.format(Instant.now().atOffset(ZoneOffset.UTC));
        var text = "GET\n\n\n\nx-amz-date:" + date + "\n/forms/old";
        var good = get("/forms/old", "AWS " + WalrusFixture.ALICE + ":" + hmac(text), date);
        assertEquals("text", good.body());
        assertEquals(
                403,
                get("/forms/old", "AWS " + WalrusFixture.ALICE + ":" + hmac(text + "x"), date)
                        .statusCode());
        assertEquals(
                403,
                get("/forms/old?acl", "AWS " + WalrusFixture.ALICE + ":" + hmac(text), date)
                        .statusCode());

        var expires = Instant.now().getEpochSecond() + 60;
        assertEquals(200, presigned(expires, expires).statusCode());
        assertEquals(403, presigned(expires, expires + 60).statusCode());
        assertEquals(403, presigned(expires - 120, expires - 120).statusCode());
    }

    private static HttpResponse<String> presigned(long signed, long sent) throws Exception {
        var signature = URLEncoder.encode(hmac("GET\n\n\n" + signed + "\n/forms/old"), StandardCharsets.UTF_8);
        var uri = URI.create(walrus.endpoint() + "/forms/old?AWSAccessKeyId=" + WalrusFixture.ALICE + "&Expires=" + sent
                + "&Signature=" + signature);
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(String path, String authorization, String date) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(walrus.endpoint() + path))
                .header("Authorization", authorization)
                .header("x-amz-date", date)
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static Map<String, String> signed(String prefix, int least, int most) throws GeneralSecurityException {
        var policy = """
                {"expiration":"%s","conditions":[{"bucket":"forms"},["starts-with","$key",%s],
                 ["starts-with","$success_action_status",""],["starts-with","$Content-Type",""],
                 ["starts-with","$x-amz-meta-who",""],["content-length-range",%d,%d]]}""".formatted(Instant.now().plusSeconds(600), prefix, least, most);
        var encoded = Base64.getEncoder().encodeToString(policy.getBytes(StandardCharsets.UTF_8));
        var fields = new LinkedHashMap<String, String>();
        fields.put("AWSAccessKeyId", WalrusFixture.ALICE);
        fields.put("policy", encoded);
        fields.put("signature", hmac(encoded));
        return fields;
    }

    private static String hmac(String text) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(WalrusFixture.SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
        return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static HttpResponse<String> post(Map<String, String> fields, String file) throws Exception {
        var body = new StringBuilder();
        fields.forEach((name, value) -> body.append("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"")
                .append(name)
                .append("\"\r\n\r\n")
                .append(value)
                .append("\r\n"));
        body.append("--" + BOUNDARY
                        + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"name.txt\"\r\n\r\n")
                .append(file)
                .append("\r\n--" + BOUNDARY + "--\r\n");
        var request = HttpRequest.newBuilder(URI.create(walrus.endpoint() + "/forms"))
                .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
