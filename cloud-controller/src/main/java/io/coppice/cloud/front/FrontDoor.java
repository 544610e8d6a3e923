package io.coppice.cloud.front;

import io.coppice.wire.error.AwsException;
import io.coppice.wire.query.ErrorDocuments;
import io.coppice.wire.query.QueryService;
import io.coppice.wire.sign.SignableRequest;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

/**
 * The users' door on an HTTP server: decides where a request belongs, answers Query requests on virtual threads and
 * passes S3 on. Comes last on the router, so everything that has a route of its own is not its business.
 */
public final class FrontDoor {
    static final int ROUTE_ORDER = Integer.MAX_VALUE - 1;
    private static final int TOO_LARGE = 413;
    private static final int UNAVAILABLE = 503;
    private static final String QUOTAS_JSON = "application/x-amz-json-1.1";
    private static final String XML = "text/xml;charset=UTF-8";

    private final QueryDispatcher dispatcher;
    private final S3Passage passage;
    private final ServiceQuotasApi quotas;
    private final ExecutorService handlers;
    private final BodyReader bodies;

    /** @param handlers runs one task per request; virtual threads */
    public FrontDoor(
            QueryDispatcher dispatcher,
            S3Passage passage,
            ServiceQuotasApi quotas,
            ExecutorService handlers,
            FrontConfig config) {
        this.dispatcher = dispatcher;
        this.passage = passage;
        this.quotas = quotas;
        this.handlers = handlers;
        this.bodies = new BodyReader(config.maxQueryBodyBytes());
    }

    /** Takes every request that no other route takes. */
    public void mountOn(Router router) {
        router.route().order(ROUTE_ORDER).handler(this::receive);
    }

    /** Takes one request, or leaves it to the next route when it is under a path of our own. */
    void receive(RoutingContext routing) {
        var request = routing.request();
        var signable = signable(request);
        var reserved =
                signable.rawPath().startsWith("/api/v1/") || signable.rawPath().startsWith("/q/");
        if (reserved && !Destination.signedForS3(signable)) {
            routing.next();
            return;
        }
        var destination = Destination.of(signable);
        if (destination == Destination.S3) {
            passage.passOn(request);
            return;
        }
        var requestId = UUID.randomUUID().toString();
        bodies.read(
                request,
                body -> {
                    var call = new QueryCall(
                            requestId,
                            destination,
                            signable,
                            body.getBytes(),
                            endpoint(request),
                            request.remoteAddress().hostAddress());
                    carryOut(routing, call);
                },
                () -> {
                    var error = AwsException.of(
                            "RequestEntityTooLarge",
                            TOO_LARGE,
                            "The body has more than " + bodies.maxBytes() + " bytes.");
                    respond(request, requestId, Encoded.plain(errorAnswer(error, requestId)));
                });
    }

    private void carryOut(RoutingContext routing, QueryCall call) {
        var request = routing.request();
        var context = routing.vertx().getOrCreateContext();
        try {
            handlers.execute(() -> {
                if (call.hint() == Destination.SERVICE_QUOTAS) {
                    var answer = quotas.answer(call);
                    context.runOnContext(any -> NodeTokensRoute.respond(routing, answer, QUOTAS_JSON));
                    return;
                }
                var answer = Encoded.of(dispatcher.dispatch(call), call.request());
                context.runOnContext(any -> respond(request, call.requestId(), answer));
            });
        } catch (RejectedExecutionException e) {
            var error = AwsException.of("ServiceUnavailable", UNAVAILABLE, "The service is shutting down.");
            respond(request, call.requestId(), Encoded.plain(errorAnswer(error, call.requestId())));
        }
    }

    private static Answer errorAnswer(AwsException error, String requestId) {
        return Answer.of(error.status(), ErrorDocuments.of(QueryService.EC2, error, requestId));
    }

    private static void respond(HttpServerRequest request, String requestId, Encoded answer) {
        var response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        if (answer.gzip()) {
            response.putHeader("Content-Encoding", "gzip");
        }
        response.setStatusCode(answer.status())
                .putHeader("Content-Type", XML)
                .putHeader("Vary", "Accept-Encoding")
                .putHeader("x-amzn-RequestId", requestId)
                .putHeader("Cache-Control", "no-cache, no-store");
        answer.sendBy(response);
    }

    /** What the signature covers, as the client sent it. */
    public static SignableRequest signable(HttpServerRequest request) {
        var headers = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
        request.headers()
                .names()
                .forEach(name -> headers.put(name, request.headers().getAll(name)));
        headers.putIfAbsent("host", List.of(authority(request)));
        var uri = request.uri();
        var question = uri.indexOf('?');
        return new SignableRequest(
                request.method().name(),
                question < 0 ? uri : uri.substring(0, question),
                question < 0 ? "" : uri.substring(question + 1),
                headers);
    }

    private static URI endpoint(HttpServerRequest request) {
        try {
            return URI.create(request.scheme() + "://" + authority(request));
        } catch (IllegalArgumentException e) {
            // A Host header that is no host: the address it came in by is as good.
            return URI.create(request.scheme() + "://" + request.localAddress().hostAddress() + ":"
                    + request.localAddress().port());
        }
    }

    private static String authority(HttpServerRequest request) {
        var authority = request.authority();
        return authority == null ? "" : authority.toString();
    }
}
