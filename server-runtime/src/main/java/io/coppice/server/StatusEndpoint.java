package io.coppice.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.server.settings.DataFolder;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Says how this process and its roles are: {@code GET /healthz} to anyone, ready or not and no more, and
 * {@code GET /api/v1/status} to holders of the operator token. {@code /healthz} answers 503 until every role is ready.
 */
@ApplicationScoped
class StatusEndpoint {
    private static final int FIRST = -1000;
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;
    private static final int UNAUTHORIZED = 401;

    private final RoleSupervisor supervisor;
    private final SiteConfig site;
    private final ObjectMapper json;
    private final DataFolder folder;

    StatusEndpoint(RoleSupervisor supervisor, SiteConfig site, ObjectMapper json) {
        this.supervisor = supervisor;
        this.site = site;
        this.json = json;
        this.folder = new DataFolder(site.dataDir());
    }

    void register(@Observes Router router) {
        router.get("/healthz").order(FIRST).blockingHandler(this::health, false);
        router.get("/api/v1/status").order(FIRST).blockingHandler(this::status, false);
    }

    private void health(RoutingContext context) {
        var ready = ready();
        context.response()
                .setStatusCode(ready ? OK : UNAVAILABLE)
                .putHeader("Content-Type", "text/plain")
                .end(ready ? "ready\n" : "not ready\n");
    }

    private void status(RoutingContext context) {
        if (!authorized(context.request().getHeader("Authorization"))) {
            answer(
                    context.response().setStatusCode(UNAUTHORIZED),
                    Map.of(
                            "error",
                            "needs the operator token of " + site.dataDir().getFileName()));
            return;
        }
        answer(context.response(), report());
    }

    private boolean ready() {
        return supervisor.health().values().stream().allMatch(health -> health.ready());
    }

    private Map<String, Object> report() {
        var roles = new LinkedHashMap<String, Object>();
        supervisor
                .health()
                .forEach((name, health) -> roles.put(
                        name.longName(),
                        Map.of("ready", health.ready(), "summary", health.summary(), "details", health.details())));
        var report = new LinkedHashMap<String, Object>();
        report.put("version", Version.text());
        report.put("ready", ready());
        report.put("region", site.region());
        report.put("zone", site.zone());
        report.put("pid", ProcessHandle.current().pid());
        report.put(
                "started",
                ProcessHandle.current()
                        .info()
                        .startInstant()
                        .orElse(Instant.EPOCH)
                        .toString());
        report.put("roles", roles);
        var endpoints = site.endpoints();
        report.put(
                "endpoints",
                Map.of(
                        "api", endpoints.api(),
                        "s3", endpoints.s3(),
                        "cloud", endpoints.cloud(),
                        "cluster", endpoints.cluster(),
                        "ebs", endpoints.ebs(),
                        "walrus", endpoints.walrus()));
        return report;
    }

    private boolean authorized(@org.jspecify.annotations.Nullable String header) {
        var scheme = "Bearer ";
        if (header == null || !header.startsWith(scheme)) {
            return false;
        }
        try {
            var token = Files.readString(folder.operatorToken()).strip();
            return !token.isEmpty()
                    && MessageDigest.isEqual(
                            token.getBytes(StandardCharsets.UTF_8),
                            header.substring(scheme.length()).strip().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // Without the file nobody is the operator.
            return false;
        }
    }

    private void answer(HttpServerResponse response, Map<String, ?> body) {
        try {
            response.putHeader("Content-Type", "application/json").end(json.writeValueAsString(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a status that is not JSON", e);
        }
    }
}
