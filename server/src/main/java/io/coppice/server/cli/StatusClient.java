package io.coppice.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.foundation.role.RoleName;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Loopback;
import io.coppice.server.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;

/** Asks a running server about the whole cloud, as its operator. Trusts the cloud's own authority and no other. */
public final class StatusClient implements AutoCloseable {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(3);
    private static final int OK_FAMILY = 2;

    private final DataFolder folder;
    private final String base;
    private final HttpClient http;
    private final ObjectMapper json = new ObjectMapper();

    public StatusClient(DataFolder folder, Settings settings) {
        this.folder = folder;
        this.base = base(folder, settings);
        var builder = HttpClient.newBuilder().connectTimeout(CONNECT_LIMIT).version(HttpClient.Version.HTTP_1_1);
        if (base.startsWith("https:")) {
            builder.sslContext(TrustedAuthority.context(folder.authorityCertificate()));
        }
        this.http = builder.build();
    }

    /** What {@code GET /api/v1/status} says; empty while nothing answers. */
    public Optional<JsonNode> status() {
        try {
            return Optional.of(get("/api/v1/status"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Reads one JSON document. Throws {@link IOException} unless the answer is 2xx. */
    public JsonNode get(String path) throws IOException {
        return json.readTree(send(request(path).timeout(Duration.ofSeconds(10)).GET()));
    }

    /** Sends one JSON document. Throws {@link IOException} with the server's words unless the answer is 2xx. */
    public JsonNode post(String path, Object body) throws IOException {
        var content = HttpRequest.BodyPublishers.ofString(json.writeValueAsString(body));
        return json.readTree(send(request(path)
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json")
                .POST(content)));
    }

    /** A stream that goes on as long as both sides like. */
    public InputStream stream(String path, String accept) throws IOException {
        var response =
                exchange(request(path).header("Accept", accept).GET(), HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() / 100 != OK_FAMILY) {
            throw new IOException(path + " answered " + response.statusCode());
        }
        return response.body();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private HttpRequest.Builder request(String path) throws IOException {
        var token = Files.exists(folder.operatorToken())
                ? Files.readString(folder.operatorToken()).strip()
                : "";
        return HttpRequest.newBuilder(URI.create(base + path)).header("Authorization", "Bearer " + token);
    }

    private String send(HttpRequest.Builder request) throws IOException {
        var response = exchange(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() / 100 != OK_FAMILY) {
            throw new IOException(response.uri().getPath() + " answered " + response.statusCode() + ": "
                    + response.body().lines().findFirst().orElse(""));
        }
        return response.body();
    }

    private <T> HttpResponse<T> exchange(HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler)
            throws IOException {
        try {
            return http.send(request.build(), handler);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static String base(DataFolder folder, Settings settings) {
        if (settings.roles().contains(RoleName.CLOUD_CONTROLLER)) {
            return settings.endpointUrl();
        }
        try {
            return "http://" + Loopback.ADDRESS + ":"
                    + Files.readString(folder.run().resolve("http-port"), StandardCharsets.US_ASCII)
                            .strip();
        } catch (IOException e) {
            // Not up yet: a port that nobody answers on.
            return "http://" + Loopback.ADDRESS + ":1";
        }
    }
}
