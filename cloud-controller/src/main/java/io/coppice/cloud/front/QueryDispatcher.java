package io.coppice.cloud.front;

import io.coppice.cloud.access.AccessCall;
import io.coppice.cloud.access.Authorizer;
import io.coppice.cloud.action.ActionRegistry.ResolvedRequest;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.Caller;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.administration.Delegation;
import io.coppice.cloud.store.DatabaseFailures;
import io.coppice.wire.error.AwsException;
import io.coppice.wire.error.RefusalLog;
import io.coppice.wire.query.ErrorDocuments;
import io.coppice.wire.query.QueryLimits;
import io.coppice.wire.query.QueryParameters;
import io.coppice.wire.query.QueryService;
import io.coppice.wire.query.RequestReader;
import io.coppice.wire.query.ResponseWriter;
import io.coppice.wire.sign.SignatureDialect;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Carries out one Query request from bytes to XML: who is it, what do they want, may it be done now, do it. Thread-safe;
 * blocks, so it is called on virtual threads.
 */
public final class QueryDispatcher {
    private static final Logger LOG = Logger.getLogger(QueryDispatcher.class);
    private static final int PRECONDITION_FAILED = 412;
    private static final int INTERNAL_ERROR = 500;
    private static final int UNAVAILABLE = 503;

    private final Actions actions;
    private final Authenticator authenticator;
    private final Delegation delegation;
    private final Authorizer authorizer;
    private final QueryLimits limits;
    private final Semaphore running;
    private final RefusalLog refusals;

    /**
     * What a request passes before it is carried out.
     *
     * @param authenticator who is it
     * @param delegation in whose name
     * @param authorizer may they
     */
    public record Checks(Authenticator authenticator, Delegation delegation, Authorizer authorizer) {}

    public QueryDispatcher(Actions actions, Checks checks, RefusalLog refusals, FrontConfig config) {
        this.actions = actions;
        this.authenticator = checks.authenticator();
        this.delegation = checks.delegation();
        this.authorizer = checks.authorizer();
        this.refusals = refusals;
        this.limits = new QueryLimits(config.maxParameters(), QueryLimits.DEFAULT.maxDepth());
        this.running = new Semaphore(config.maxConcurrentRequests());
    }

    /** Never throws: whatever goes wrong becomes an error document. */
    Answer dispatch(QueryCall call) {
        var trace = new Trace(call.requestId());
        var answer = answer(call, trace);
        trace.log(answer.status());
        return answer;
    }

    private Answer answer(QueryCall call, Trace trace) {
        try {
            if (!running.tryAcquire()) {
                throw AwsException.of("RequestLimitExceeded", UNAVAILABLE, "Request limit exceeded.");
            }
            try {
                return carryOut(call, trace);
            } finally {
                running.release();
            }
        } catch (AwsException e) {
            if (e.status() != PRECONDITION_FAILED) {
                refusals.refused(trace.requestId, trace.request(), trace.account, e);
            }
            return error(e, trace);
        } catch (RuntimeException e) {
            return error(unexpected(e, trace), trace);
        }
    }

    private Answer carryOut(QueryCall call, Trace trace) {
        trace.service = service(call.hint(), "", "");
        var parameters = QueryParameters.parse(
                limits, call.request().rawQuery(), call.form() ? new String(call.body(), StandardCharsets.UTF_8) : "");
        var action = parameters.get("Action").orElse("");
        trace.action = action;
        trace.service = service(call.hint(), action, parameters.get("Version").orElse(""));
        var service = trace.service;
        var caller = caller(service, action, call);
        if (service == QueryService.IAM) {
            caller = delegation.act(caller, parameters.get(Delegation.PARAMETER).orElse(""));
        }
        trace.account = caller.account().value();
        var version = service.version(parameters.get("Version").orElse(""));
        var registered =
                actions.find(Service.valueOf(service.name()), action).orElseThrow(() -> noHandler(service, action));
        var request = registered.read(new RequestReader(service, limits), parameters);
        var origin = call.origin();
        var wanted = registered.signed()
                ? authorized(
                        registered, new AccessCall(Service.valueOf(service.name()), action, caller, origin, request))
                : request;
        if (dryRun(service, parameters)) {
            throw AwsException.of(
                    "DryRunOperation", PRECONDITION_FAILED, "Request would have succeeded, but DryRun flag is set.");
        }
        var context = new RequestContext(call.requestId(), action, caller, call.endpoint(), origin);
        var answer = registered.handle(context, wanted);
        var response = service == QueryService.EC2 ? EarlierVersions.asOf(version, answer) : answer;
        return Answer.ok(new ResponseWriter(service).document(action, version, response, call.requestId()));
    }

    /** What the handler gets, when policies allow all that the request comes to. */
    private Object authorized(Actions.Registered<?, ?, ?, ?> registered, AccessCall call) {
        Optional<ResolvedRequest> resolved;
        try {
            resolved = registered.resolve(call.caller().account(), call.request());
        } catch (AwsException e) {
            // Why it comes to nothing is told only to those who may ask for it.
            authorizer.authorize(call);
            throw e;
        }
        if (resolved.isEmpty()) {
            authorizer.authorize(call);
            return call.request();
        }
        var whole = resolved.get();
        authorizer.authorize(new AccessCall(
                call.service(), call.action(), call.caller(), call.origin(), whole.whole(), whole.template()));
        return whole;
    }

    private Caller caller(QueryService service, String action, QueryCall call) {
        var unsigned = actions.find(Service.valueOf(service.name()), action)
                .filter(registered -> !registered.signed())
                .isPresent();
        return unsigned ? Caller.NOBODY : authenticator.authenticate(dialect(service), call.request(), call.body());
    }

    /** Signed clients name their service; of the others the action must tell, and EC2 answers what nobody knows. */
    private QueryService service(Destination hint, String action, String version) {
        return switch (hint) {
            case EC2 -> QueryService.EC2;
            case IAM -> QueryService.IAM;
            case STS -> QueryService.STS;
            case UNKNOWN_QUERY, SERVICE_QUOTAS, S3 ->
                Arrays.stream(QueryService.values())
                        .filter(service -> service != QueryService.EC2)
                        .filter(service -> version.equals(service.defaultVersion())
                                || actions.find(Service.valueOf(service.name()), action)
                                        .isPresent())
                        .findFirst()
                        .orElse(QueryService.EC2);
        };
    }

    /** Only EC2 has it. */
    private static boolean dryRun(QueryService service, QueryParameters parameters) {
        var text = parameters.get("DryRun").orElse("false");
        if (service != QueryService.EC2 || text.isEmpty() || text.equalsIgnoreCase("false")) {
            return false;
        }
        if (!text.equalsIgnoreCase("true")) {
            throw AwsException.client(
                    "InvalidParameterValue",
                    "Value (" + text + ") for parameter DryRun is invalid. Expected: 'boolean'.");
        }
        return true;
    }

    private static SignatureDialect dialect(QueryService service) {
        return service == QueryService.EC2 ? SignatureDialect.EC2 : SignatureDialect.QUERY;
    }

    private static AwsException noHandler(QueryService service, String action) {
        if (action.isEmpty()) {
            return AwsException.client("MissingAction", "The request must contain the parameter Action");
        }
        return service.knows(action) || (service == QueryService.EC2 && Actions.OF_EUCALYPTUS.contains(action))
                ? AwsException.client(
                        "UnsupportedOperation", "The action " + action + " is not supported by this cloud.")
                : AwsException.client("InvalidAction", "The action " + action + " is not valid for this web service.");
    }

    private static AwsException unexpected(RuntimeException e, Trace trace) {
        if (DatabaseFailures.unavailable(e)) {
            LOG.warnf(
                    "request %s %s: the database is away or has no room: %s",
                    trace.requestId, trace.request(), DatabaseFailures.reason(e));
            return AwsException.of(
                    "ServiceUnavailable",
                    UNAVAILABLE,
                    "The service is unable to use its database now. Try again soon.");
        }
        LOG.errorf(e, "request %s %s failed", trace.requestId, trace.request());
        return AwsException.of(
                "InternalError",
                INTERNAL_ERROR,
                "An internal error has occurred. The operator finds the cause in the log of the cloud-controller under"
                        + " request " + trace.requestId + ".");
    }

    private static Answer error(AwsException error, Trace trace) {
        trace.code = error.code();
        return Answer.of(error.status(), ErrorDocuments.of(trace.service, error, trace.requestId));
    }

    /** What the log line of a request tells; filled as it becomes known. */
    private static final class Trace {
        private final String requestId;
        private final long startNanos = System.nanoTime();
        private QueryService service = QueryService.EC2;
        private String action = "-";
        private String account = "-";
        private String code = "-";

        Trace(String requestId) {
            this.requestId = requestId;
        }

        void log(int status) {
            if (LOG.isDebugEnabled()) {
                var micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - startNanos);
                LOG.debugf(
                        "request %s %s %s account %s status %d %s %d us",
                        requestId, service, printable(action), account, status, code, micros);
            }
        }

        /** What was asked for, for a log line. */
        String request() {
            return service + " " + printable(action);
        }

        private static String printable(String action) {
            return action.replaceAll("[^A-Za-z0-9-]", "?");
        }
    }
}
