package io.coppice.cloud.front;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.cloud.access.Authorizer;
import io.coppice.cloud.front.NodeTokensApi.JsonAnswer;
import io.coppice.cloud.quota.AccountQuotas;
import io.coppice.cloud.quota.Quota;
import io.coppice.cloud.quota.ServiceQuota;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.store.DatabaseFailures;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import io.coppice.wire.sign.SignatureDialect;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jboss.logging.Logger;

/**
 * The reading half of AWS's Service Quotas (API version 2019-06-24, JSON 1.1): what an account may have, by the same numbers
 * that the features hold requests against. Thread-safe; blocks.
 */
public final class ServiceQuotasApi {
    static final String TARGET_PREFIX = "ServiceQuotasV20190624.";

    private static final Logger LOG = Logger.getLogger(ServiceQuotasApi.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BAD_REQUEST = 400;
    private static final int INTERNAL_ERROR = 500;
    private static final int UNAVAILABLE = 503;
    private static final int FORBIDDEN = 403;
    private static final int MOST_ON_A_PAGE = 100;
    private static final Map<String, String> SERVICES = new TreeMap<>(Map.of(
            "ebs", "Amazon Elastic Block Store (Amazon EBS)",
            "ec2", "Amazon Elastic Compute Cloud (Amazon EC2)",
            "iam", "AWS Identity and Access Management (IAM)"));

    private final Authenticator authenticator;
    private final Authorizer authorizer;
    private final Database database;
    private final ToLongFunction<Quota> configured;
    private final String region;

    /** @param configured the quota of accounts that have none of their own */
    public ServiceQuotasApi(
            Authenticator authenticator,
            Authorizer authorizer,
            Database database,
            ToLongFunction<Quota> configured,
            String region) {
        this.authenticator = authenticator;
        this.authorizer = authorizer;
        this.database = database;
        this.configured = configured;
        this.region = region;
    }

    /** Never throws: whatever goes wrong becomes an error in JSON. */
    JsonAnswer answer(QueryCall call) {
        try {
            return new JsonAnswer(200, json(carryOut(call)));
        } catch (AwsException e) {
            var denied = e.status() == FORBIDDEN && e.code().equals("AccessDenied");
            return error(
                    denied ? BAD_REQUEST : e.status(),
                    denied ? "AccessDeniedException" : e.code(),
                    String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            if (DatabaseFailures.unavailable(e)) {
                return error(UNAVAILABLE, "ServiceException", "The database is away. Try again soon.");
            }
            LOG.errorf(e, "request %s for quotas failed", call.requestId());
            return error(
                    INTERNAL_ERROR,
                    "ServiceException",
                    "The operator finds the cause in the log of the cloud-controller under request " + call.requestId()
                            + ".");
        }
    }

    private Map<String, Object> carryOut(QueryCall call) {
        var caller = authenticator.authenticate(SignatureDialect.QUERY, call.request(), call.body());
        var target = call.request().header("x-amz-target").orElse("");
        var action = target.startsWith(TARGET_PREFIX) ? target.substring(TARGET_PREFIX.length()) : "";
        Function<JsonNode, Map<String, Object>> work =
                switch (action) {
                    case "ListServices" -> this::services;
                    case "ListServiceQuotas" -> wish -> quotas(wish, caller.account(), true);
                    case "ListAWSDefaultServiceQuotas" -> wish -> quotas(wish, caller.account(), false);
                    case "GetServiceQuota" -> wish -> quota(wish, caller.account(), true);
                    case "GetAWSDefaultServiceQuota" -> wish -> quota(wish, caller.account(), false);
                    default ->
                        throw AwsException.client(
                                "UnknownOperationException",
                                "Quotas are read here. The cloud's operator changes them: \"coppice account quotas\".");
                };
        authorizer.require(caller, call.origin(), "servicequotas:" + action, "*");
        return work.apply(parse(call.body()));
    }

    private Map<String, Object> services(JsonNode wish) {
        var all = SERVICES.entrySet().stream()
                .map(each -> Map.<String, Object>of("ServiceCode", each.getKey(), "ServiceName", each.getValue()))
                .toList();
        return page(wish, "Services", all, each -> String.valueOf(each.get("ServiceCode")));
    }

    private Map<String, Object> quotas(JsonNode wish, AccountId account, boolean applied) {
        var service = service(wish);
        var wanted = wish.path("QuotaCode").asText("");
        var own = applied ? own(account) : Map.<Quota, Long>of();
        var all = ServiceQuota.of(service).stream()
                .filter(each -> wanted.isEmpty() || each.code().equals(wanted))
                .map(each -> described(each, account, own))
                .toList();
        return page(wish, "Quotas", all, each -> String.valueOf(each.get("QuotaCode")));
    }

    private Map<String, Object> quota(JsonNode wish, AccountId account, boolean applied) {
        var service = service(wish);
        var code = required(wish, "QuotaCode");
        var quota = ServiceQuota.find(service, code)
                .orElseThrow(() -> AwsException.client(
                        "NoSuchResourceException",
                        "The request failed because the specified quota " + code + " does not exist."));
        return Map.of("Quota", described(quota, account, applied ? own(account) : Map.of()));
    }

    private Map<Quota, Long> own(AccountId account) {
        return database.call(entities -> AccountQuotas.of(entities, account));
    }

    private Map<String, Object> described(ServiceQuota quota, AccountId account, Map<Quota, Long> own) {
        var value = own.getOrDefault(quota.quota(), configured.applyAsLong(quota.quota()));
        var place = quota.global() ? "" : region;
        var description = new LinkedHashMap<String, Object>();
        description.put("ServiceCode", quota.service());
        description.put("ServiceName", SERVICES.getOrDefault(quota.service(), ""));
        description.put(
                "QuotaArn",
                "arn:aws:servicequotas:" + place + ":" + account + ":" + quota.service() + "/" + quota.code());
        description.put("QuotaCode", quota.code());
        description.put("QuotaName", quota.title());
        description.put("Value", (double) value);
        description.put("Unit", "None");
        // By the operator, not by a request of the account.
        description.put("Adjustable", false);
        description.put("GlobalQuota", quota.global());
        description.put("QuotaAppliedAtLevel", "ACCOUNT");
        return description;
    }

    private static String service(JsonNode wish) {
        var service = required(wish, "ServiceCode");
        if (!SERVICES.containsKey(service)) {
            throw AwsException.client(
                    "NoSuchResourceException",
                    "The request failed because the specified service does not exist. " + service);
        }
        return service;
    }

    private static String required(JsonNode wish, String member) {
        var value = wish.path(member).asText("");
        if (value.isEmpty()) {
            throw AwsException.client("IllegalArgumentException", "The parameter " + member + " is required.");
        }
        return value;
    }

    /** Lists are short and never change while the process runs: the token is what the last page ended with. */
    private static Map<String, Object> page(
            JsonNode wish,
            String name,
            List<Map<String, Object>> all,
            Function<? super Map<String, Object>, String> key) {
        var most = wish.path("MaxResults").asInt(MOST_ON_A_PAGE);
        if (most < 1 || most > MOST_ON_A_PAGE) {
            throw AwsException.client("IllegalArgumentException", "MaxResults must be 1 to " + MOST_ON_A_PAGE + ".");
        }
        var token = wish.path("NextToken").asText("");
        var keys = all.stream().map(key).toList();
        var start = token.isEmpty() ? 0 : keys.indexOf(token) + 1;
        if (start == 0 && !token.isEmpty()) {
            throw AwsException.client("InvalidPaginationTokenException", "Invalid token was used.");
        }
        var end = Math.min(all.size(), start + most);
        var answer = new LinkedHashMap<String, Object>();
        answer.put(name, all.subList(start, end));
        if (end < all.size()) {
            answer.put("NextToken", keys.get(end - 1));
        }
        return answer;
    }

    private static JsonNode parse(byte[] body) {
        try {
            var text = new String(body, StandardCharsets.UTF_8).strip();
            var node = JSON.readTree(text.isEmpty() ? "{}" : text);
            if (node.isObject()) {
                return node;
            }
        } catch (JsonProcessingException e) {
            throw AwsException.client("SerializationException", "The body is not JSON: " + e.getOriginalMessage());
        }
        throw AwsException.client("SerializationException", "The body must be a JSON object.");
    }

    private static JsonAnswer error(int status, String type, String message) {
        return new JsonAnswer(status, json(Map.of("__type", type, "message", message)));
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers always make JSON", e);
        }
    }
}
