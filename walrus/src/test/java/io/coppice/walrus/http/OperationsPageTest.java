package io.coppice.walrus.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import io.coppice.walrus.access.S3Operation;
import io.coppice.walrus.access.S3Operation.Level;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;

/** If this failed, the page of S3's operations would promise what Walrus does not do, or keep silent about what it does. */
class OperationsPageTest {
    private static final Path PAGE = Path.of("../docs/generated/s3.md");
    private static final int NOT_IMPLEMENTED = 501;
    private static final String HEADER = """
            # S3 operations

            What Walrus answers to each operation that it knows of, found out by asking it (`OperationsPageTest` with
            `-Dgolden.update=true`). *none*: the read answers that nothing is set, and it cannot be set. Whatever is not in the
            table, and what says *no*, answers `NotImplemented`. The permission each needs: [access.md](access.md).

            | operation | request | carried out |
            |---|---|---|
            """;

    /** Where an empty body would be refused as malformed before it is seen that nothing can come of it. */
    private static final Map<S3Operation, String> BODIES = Map.of(
            S3Operation.PUT_BUCKET_LOGGING,
            "<BucketLoggingStatus><LoggingEnabled/></BucketLoggingStatus>",
            S3Operation.PUT_BUCKET_NOTIFICATION,
            "<NotificationConfiguration><TopicConfiguration/></NotificationConfiguration>");

    @TempDir
    Path folder;

    @Test
    void thePageIsWhatWalrusAnswers() throws Exception {
        var implemented = new EnumMap<S3Operation, Boolean>(S3Operation.class);
        try (var walrus = new WalrusFixture(folder);
                var s3 = walrus.alice();
                var http = HttpClient.newHttpClient()) {
            s3.createBucket(b -> b.bucket("page"));
            for (var operation : S3Operation.values()) {
                s3.putObject(b -> b.bucket("page").key("k"), RequestBody.fromString("x"));
                implemented.put(operation, ask(walrus, http, operation) != NOT_IMPLEMENTED);
            }
        }
        var page = new StringBuilder(HEADER);
        for (var operation : S3Operation.values()) {
            page.append("| ").append(operation.name().toLowerCase(Locale.ROOT).replace('_', ' '));
            page.append(" | `").append(request(operation)).append("` | ");
            page.append(word(operation, implemented)).append(" |\n");
        }
        assertTrue(page.indexOf("| put object | `PUT` | yes |") > 0, page.toString());
        assertTrue(page.indexOf("| put bucket replication | `PUT replication` | no |") > 0, page.toString());
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(PAGE, page);
        }
        assertEquals(page.toString(), Files.readString(PAGE), "run with -Dgolden.update=true and commit " + PAGE);
    }

    private static String word(S3Operation operation, Map<S3Operation, Boolean> implemented) {
        if (!implemented.getOrDefault(operation, false)) {
            return "no";
        }
        var unset = operation.name().startsWith("GET_BUCKET_")
                && Arrays.stream(S3Operation.values())
                        .filter(each -> each.name().equals(operation.name().replace("GET_", "PUT_")))
                        .anyMatch(put -> !implemented.getOrDefault(put, true));
        return unset ? "none" : "yes";
    }

    private static String request(S3Operation operation) {
        return operation.subresource().isEmpty() ? method(operation) : operation.subresource();
    }

    private static String method(S3Operation operation) {
        var word = operation.name().substring(0, operation.name().indexOf('_'));
        return switch (word) {
            case "LIST" -> "GET";
            case "CREATE" -> "PUT";
            default -> word;
        };
    }

    private static int ask(WalrusFixture walrus, HttpClient http, S3Operation operation)
            throws IOException, InterruptedException, GeneralSecurityException {
        var request = request(operation).split(" ", 2);
        var subresource = request.length > 1 ? request[1] : "";
        var path =
                switch (operation.level()) {
                    case SERVICE -> "/";
                    case BUCKET, EACH_OBJECT -> operation == S3Operation.CREATE_BUCKET ? "/page2" : "/page";
                    case OBJECT -> "/page/k";
                };
        var expires = Instant.now().getEpochSecond() + 600;
        var query = subresource.isEmpty() ? "" : subresource + (subresource.endsWith("Id") ? "=null" : "");
        var text = request[0] + "\n\n\n" + expires + "\n" + path
                + (query.isEmpty() || !signed(subresource) ? "" : "?" + query);
        var mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(WalrusFixture.SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
        var signature = Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        var uri = URI.create(walrus.endpoint() + path + "?" + (query.isEmpty() ? "" : query + "&") + "AWSAccessKeyId="
                + WalrusFixture.ALICE + "&Expires=" + expires + "&Signature="
                + URLEncoder.encode(signature, StandardCharsets.UTF_8));
        var body = BODIES.getOrDefault(operation, "");
        var answer = http.send(
                HttpRequest.newBuilder(uri)
                        .method(request[0], HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertTrue(
                answer.statusCode() < 500 || answer.statusCode() == NOT_IMPLEMENTED,
                operation + " answers " + answer.statusCode() + ": " + answer.body());
        assertTrue(!answer.body().contains("SignatureDoesNotMatch"), operation + ": " + answer.body());
        return operation == S3Operation.POST_OBJECT || operation.level() == Level.SERVICE ? 200 : answer.statusCode();
    }

    private static boolean signed(String subresource) {
        return SignatureV2.isSigned(subresource);
    }
}
