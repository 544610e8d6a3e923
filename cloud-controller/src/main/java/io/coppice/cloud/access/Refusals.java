package io.coppice.cloud.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.cloud.identity.AuthorizationMessages;
import io.coppice.foundation.id.AccountId;
import io.coppice.policy.AccessRequest;
import io.coppice.policy.Decision;
import io.coppice.policy.PolicyOrigin;
import io.coppice.policy.StatementMatch;
import io.coppice.wire.error.AwsException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Says no as AWS says it. Thread-safe. */
final class Refusals {
    private static final int FORBIDDEN = 403;
    private static final int MAX_KEYS = 100;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final AuthorizationMessages messages;

    Refusals(AuthorizationMessages messages) {
        this.messages = messages;
    }

    /** EC2's refusal: with the reasons, wrapped. */
    AwsException ec2(AccountId account, AccessRequest request, Decision decision) {
        return AwsException.of(
                "UnauthorizedOperation",
                FORBIDDEN,
                "You are not authorized to perform this operation. " + sentence(request, decision)
                        + ". Encoded authorization failure message: "
                        + messages.encode(account, reasons(request, decision)));
    }

    /** The refusal of IAM and STS, and of what else asks. */
    static AwsException plain(AccessRequest request, Decision decision) {
        return AwsException.of("AccessDenied", FORBIDDEN, sentence(request, decision));
    }

    private static String sentence(AccessRequest request, Decision decision) {
        var action = request.action();
        var reason =
                switch (decision) {
                    case Decision.ExplicitlyDenied denied ->
                        "with an explicit deny in "
                                + article(denied.matched().getFirst().origin());
                    case Decision.ImplicitlyDenied denied ->
                        "because no " + denied.lacking().words() + " allows the " + action + " action";
                    case Decision.Allowed allowed -> throw new IllegalArgumentException("this is allowed: " + allowed);
                };
        return "User: " + request.principal().arn() + " is not authorized to perform: " + action + " on resource: "
                + request.resource() + " " + reason;
    }

    private static String article(PolicyOrigin origin) {
        return (origin == PolicyOrigin.IDENTITY ? "an " : "a ") + origin.words();
    }

    /** In the form that DecodeAuthorizationMessage answers. */
    static String reasons(AccessRequest request, Decision decision) {
        var principal = new LinkedHashMap<String, Object>();
        principal.put("id", request.principal().userId());
        principal.put("name", request.principal().userName().orElse(""));
        principal.put("arn", request.principal().arn());
        var context = new LinkedHashMap<String, Object>();
        context.put("principal", principal);
        context.put("action", request.action());
        context.put("resource", request.resource());
        context.put("conditions", items(conditions(request)));
        var reasons = new LinkedHashMap<String, Object>();
        reasons.put("allowed", decision.allowed());
        reasons.put("explicitDeny", decision instanceof Decision.ExplicitlyDenied);
        reasons.put(
                "matchedStatements",
                items(decision.matched().stream().map(Refusals::statement).toList()));
        reasons.put("failures", items(List.of()));
        reasons.put("context", context);
        try {
            return JSON.writeValueAsString(reasons);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and lists always make JSON", e);
        }
    }

    private static List<Map<String, Object>> conditions(AccessRequest request) {
        return new TreeMap<>(request.context())
                .entrySet().stream()
                        .limit(MAX_KEYS)
                        .map(entry -> Map.of(
                                "key",
                                entry.getKey(),
                                "values",
                                items(entry.getValue().stream()
                                        .limit(MAX_KEYS)
                                        .map(value -> Map.<String, Object>of("value", value))
                                        .toList())))
                        .toList();
    }

    private static Map<String, Object> statement(StatementMatch match) {
        var statement = new LinkedHashMap<String, Object>();
        statement.put("statementId", match.statement().sid().orElse(""));
        statement.put("effect", match.statement().effect().name());
        statement.put("sourcePolicyId", match.document().name().orElse(""));
        statement.put("sourcePolicyType", match.origin().words());
        return statement;
    }

    private static Map<String, Object> items(List<Map<String, Object>> items) {
        return Map.of("items", items);
    }
}
