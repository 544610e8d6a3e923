package io.coppice.cloud.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.wire.query.QueryService;
import io.coppice.wire.query.ResponseWriter;
import io.coppice.wire.sign.SignableRequest;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.model.DescribeRegionsResponse;
import software.amazon.awssdk.services.ec2.model.Region;

/** If this fails, clients are cut off within large answers, or get what they cannot read. */
class EncodedTest {
    private static Answer answer(int regions) {
        var list = IntStream.range(0, regions)
                .mapToObj(i -> Region.builder().regionName("region-" + i).build())
                .toList();
        var response = DescribeRegionsResponse.builder().regions(list).build();
        return Answer.ok(
                new ResponseWriter(QueryService.EC2).document("DescribeRegions", "2016-11-15", response, "request"));
    }

    private static SignableRequest accepting(String encoding) {
        return new SignableRequest("POST", "/", "", Map.of("accept-encoding", List.of(encoding)));
    }

    private static byte[] bytes(Encoded encoded) {
        var all = io.vertx.core.buffer.Buffer.buffer();
        encoded.body().forEach(all::appendBuffer);
        assertEquals(encoded.size(), all.length());
        return all.getBytes();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 20_000})
    void compressedOrNotItIsTheSameText(int regions) throws IOException {
        var answer = answer(regions);
        var plain = Encoded.of(answer, accepting("identity"));
        assertFalse(plain.gzip());
        var text = new String(bytes(plain), StandardCharsets.UTF_8);
        assertEquals(answer.xml().toString(), text);

        var compressed = Encoded.of(answer, accepting("gzip"));
        assertEquals(regions > 1, compressed.gzip(), "what fits into a packet is not worth it");
        if (compressed.gzip()) {
            try (var gzip = new GZIPInputStream(new ByteArrayInputStream(bytes(compressed)))) {
                assertEquals(text, new String(gzip.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20_000})
    void aClientReadsAllOfIt(int regions) throws Exception {
        var answer = answer(regions);
        var vertx = Vertx.vertx();
        try {
            var server = vertx.createHttpServer()
                    .requestHandler(request -> Encoded.plain(answer).sendBy(request.response()))
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(60, TimeUnit.SECONDS);
            try (var client = HttpClient.newHttpClient()) {
                var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + "/"))
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
                for (int i = 0; i < 2; i++) {
                    var got = client.send(request, BodyHandlers.ofString());
                    assertEquals(answer.xml().toString(), got.body());
                    assertEquals(
                            answer.xml().size(),
                            got.headers().firstValueAsLong("content-length").orElse(-1));
                }
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void aLargeAnswerIsInPieces() {
        assertTrue(Encoded.plain(answer(20_000)).body().size() > 1);
    }
}
