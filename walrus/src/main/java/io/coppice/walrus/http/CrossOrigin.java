package io.coppice.walrus.http;

import io.coppice.walrus.cors.CorsRules;
import io.coppice.walrus.metadata.BucketSetting;
import io.coppice.walrus.protocol.S3Errors;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Answers preflights, and tells browsers which scripts may read an answer. Thread-safe. */
final class CrossOrigin {
    private static final int OK = 200;
    private static final String REQUESTED = "access-control-request-headers";

    private final Store store;

    CrossOrigin(Store store) {
        this.store = store;
    }

    /** Puts what the bucket's rules allow into the headers of an answer. */
    void describe(S3Request request, HttpServerResponse response) {
        var origin = request.header("origin");
        if (origin.isEmpty() || request.method().equals("OPTIONS")) {
            return;
        }
        var method = request.header("access-control-request-method").orElse(request.method());
        rules(request)
                .flatMap(rules -> rules.find(
                        origin.get(), method, request.header(REQUESTED).orElse("")))
                .ifPresent(rule -> CorsRules.describe(
                        rule, origin.get(), request.header(REQUESTED).orElse(""), response::putHeader));
    }

    /** Answers a preflight; throws BadRequest or AccessForbidden. */
    void preflight(S3Request request, HttpServerResponse response) {
        var origin = request.header("origin")
                .orElseThrow(() -> S3Errors.badRequest("Insufficient information. Origin request header needed."));
        var method = request.header("access-control-request-method")
                .orElseThrow(() -> S3Errors.badRequest("Invalid Access-Control-Request-Method: null"));
        var requested = request.header(REQUESTED).orElse("");
        var rule = rules(request)
                .flatMap(rules -> rules.find(origin, method, requested))
                .orElseThrow(() -> S3Errors.notAllowedCrossOrigin());
        CorsRules.describe(rule, origin, requested, response::putHeader);
        response.putHeader("Content-Length", "0").setStatusCode(OK).end();
    }

    private Optional<CorsRules> rules(S3Request request) {
        return store.transactions()
                .call(session -> store.buckets().find(session, request.bucket()))
                .flatMap(bucket -> bucket.setting(BucketSetting.CORS))
                .map(text -> CorsRules.parse(text.getBytes(StandardCharsets.UTF_8)));
    }
}
