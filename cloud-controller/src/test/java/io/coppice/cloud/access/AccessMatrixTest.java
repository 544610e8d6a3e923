package io.coppice.cloud.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.Caller;
import io.coppice.cloud.action.RequestOrigin;
import io.coppice.foundation.id.AccountId;
import io.coppice.policy.PolicyDocument;
import io.coppice.policy.PolicySet;
import io.coppice.wire.error.AwsException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.SdkPojo;

/**
 * If this fails, some action is carried out for somebody whom no policy allows it, or refused to somebody who may. Every
 * action of the services' models is asked for by every kind of principal, whether it has a handler yet or not.
 */
class AccessMatrixTest {
    private static final AccountId ACCOUNT = new AccountId("111122223333");
    private static final Caller ROOT =
            new Caller(ACCOUNT, "arn:aws:iam::111122223333:root", "111122223333", "K", false);
    private static final Caller USER =
            new Caller(ACCOUNT, "arn:aws:iam::111122223333:user/alice", "AIDAALICE", "K", false);
    /** AWS answers these to everybody, and the last three are decided with a role's trust policy. */
    private static final Set<String> OPEN = Set.of(
            "GetCallerIdentity", "GetSessionToken", "AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML");

    @ParameterizedTest
    @EnumSource(Service.class)
    void everyActionForEveryKindOfPrincipal(Service service) {
        var requests = SdkRequests.of(service);
        var faults = new TreeMap<String, String>();
        requests.forEach((action, request) -> {
            var name = service.name().toLowerCase(Locale.ROOT) + ":" + action;
            var open = OPEN.contains(action);
            var expected = new HashMap<String, String>();
            expected.put("root", "yes");
            expected.put("without policy", open ? "yes" : refusal(service));
            expected.put("exactly this action", "yes");
            expected.put("everything else", open ? "yes" : refusal(service));
            expected.put("everything but denied", open ? "yes" : refusal(service));
            expected.put("on another account's resources", open ? "yes" : refusal(service));
            expected.put("within a boundary of something else", open ? "yes" : refusal(service));
            expected.put("under a cap of something else", open ? "yes" : refusal(service));
            expected.put("root under a cap of something else", open ? "yes" : refusal(service));
            expected.put("in a session for something else", open ? "yes" : refusal(service));
            expected.forEach((who, answer) -> {
                var told = answer(service, action, request, who, name);
                if (!told.equals(answer)) {
                    faults.put(name + " " + who, told + " instead of " + answer);
                }
            });
        });
        assertEquals(Map.of(), faults);
        assertTrue(requests.size() > (service == Service.STS ? 7 : 150), requests.size() + " actions");
    }

    private static String refusal(Service service) {
        return service == Service.EC2 ? "UnauthorizedOperation 403" : "AccessDenied 403";
    }

    private static String answer(Service service, String action, SdkPojo request, String who, String name) {
        var caller = who.startsWith("root") ? ROOT : USER;
        var authorizer = TestAccess.with(any -> set(who, name), List.of(), Map.of());
        try {
            authorizer.authorize(new AccessCall(service, action, caller, RequestOrigin.UNKNOWN, request));
            return "yes";
        } catch (AwsException e) {
            return e.code() + " " + e.status();
        }
    }

    private static PolicySet set(String who, String name) {
        var everything = List.of(policy("Allow", "Action", "*", "*"));
        var other = policy("Allow", "NotAction", name, "*");
        return switch (who) {
            case "root" -> PolicySet.UNRESTRICTED;
            case "without policy" -> PolicySet.NOTHING;
            case "exactly this action" -> PolicySet.ofIdentity(List.of(policy("Allow", "Action", name, "*")));
            case "everything else" -> PolicySet.ofIdentity(List.of(other));
            case "everything but denied" ->
                PolicySet.ofIdentity(List.of(everything.getFirst(), policy("Deny", "Action", name, "*")));
            case "on another account's resources" ->
                PolicySet.ofIdentity(List.of(policy("Allow", "Action", name, "arn:aws:*:*:999988887777:*")));
            case "within a boundary of something else" ->
                new PolicySet(everything, java.util.Optional.of(other), java.util.Optional.empty(), List.of());
            case "in a session for something else" ->
                new PolicySet(everything, java.util.Optional.empty(), java.util.Optional.of(List.of(other)), List.of());
            case "root under a cap of something else" -> PolicySet.root(List.of(other));
            default ->
                new PolicySet(everything, java.util.Optional.empty(), java.util.Optional.empty(), List.of(other));
        };
    }

    private static PolicyDocument policy(String effect, String element, String action, String resource) {
        return PolicyDocument.parse("""
                {"Version":"2012-10-17","Statement":{"Effect":"%s","%s":"%s","Resource":"%s"}}""".formatted(effect, element, action, resource), PolicyDocument.Kind.IDENTITY);
    }
}
