package io.coppice.testing.cloud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.testing.reference.AnnouncedActions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * If this failed, somebody whom no policy allows an action could have it carried out by a running cloud, or somebody who may
 * would be refused. Every action that is carried out is asked for by every kind of principal there is, through the door;
 * {@code AccessMatrixTest} asks the same of the decision alone, with more kinds of policies.
 */
@ExtendWith(ApiUnderTest.Resolver.class)
class PrincipalMatrixTest {
    private static final String EVERYTHING = policy("Allow", "*");
    private static final String NOTHING = policy("Deny", "*");
    /** AWS answers these to everybody who has credentials; AssumeRole is decided by the role's trust policy. */
    private static final Set<String> OPEN = Set.of("GetCallerIdentity", "GetSessionToken", "AssumeRole");
    /** The caller's own proof stands in for a signature. */
    private static final Set<String> UNSIGNED = Set.of("AssumeRoleWithWebIdentity", "AssumeRoleWithSAML");
    /** AWS refuses these to everybody whose credentials are temporary, whatever policies say. */
    private static final Set<String> NOT_BY_SESSIONS = Set.of("GetSessionToken", "GetFederationToken");
    /** What would take the credentials away that the test goes on with. */
    private static final Set<String> NOT_ASKED_BY_THE_ALLOWED = Set.of("CreateAccessKey");

    private final ApiUnderTest api;
    private final String mark = UUID.randomUUID().toString().substring(0, 8);

    PrincipalMatrixTest(ApiUnderTest api) {
        this.api = api;
    }

    @Test
    void whatIsNotAllowedIsRefusedAndNothingElse() {
        var account = "matrix-" + mark;
        var administrator = AccountUnderTest.make(api, account);
        var wrong = new TreeMap<String, String>();
        var asked = new int[1];
        var refused = refused(administrator);
        var allowed = allowed(administrator, account);
        AnnouncedActions.byService().forEach((service, actions) -> actions.keySet().stream()
                .filter(action -> !UNSIGNED.contains(action))
                .forEach(action -> {
                    if (!OPEN.contains(action)) {
                        refused.forEach((who, principal) -> {
                            asked[0]++;
                            var answer = principal.ask(service, action, parameters(service, who, account));
                            if (answer.status() != 403 || !answer.code().equals(refusal(service))) {
                                wrong.put(action + " by " + who, answer.status() + " " + answer.body());
                            }
                        });
                    }
                    if (!NOT_ASKED_BY_THE_ALLOWED.contains(action)
                            && !AnnouncedActions.OF_EUCALYPTUS.contains(action)) {
                        allowed.forEach((who, principal) -> {
                            if (who.equals("system account") && !service.equals("IAM")
                                    || who.equals("role") && NOT_BY_SESSIONS.contains(action)) {
                                return;
                            }
                            asked[0]++;
                            var answer = principal.ask(service, action, parameters(service, who, account));
                            if (answer.status() == 403 && answer.code().equals(refusal(service))
                                    || answer.status() >= 500) {
                                wrong.put(action + " by " + who, answer.status() + " " + answer.body());
                            }
                        });
                    }
                }));
        assertEquals(Map.of(), wrong);
        assertTrue(asked[0] > 1_500, asked[0] + " requests");
    }

    private Map<String, AccountUnderTest> refused(AccountUnderTest administrator) {
        var role = role(administrator, "powerless-" + mark, "");
        var mighty = role(administrator, "capped-" + mark, EVERYTHING);
        var refused = new LinkedHashMap<String, AccountUnderTest>();
        refused.put("user without policy", administrator.user("none-" + mark, ""));
        refused.put("denied user", administrator.user("denied-" + mark, NOTHING));
        refused.put("role without policy", session(administrator, role, Map.of()));
        refused.put(
                "session policy", session(administrator, mighty, Map.of("Policy", policy("Allow", "s3:GetObject"))));
        refused.put(
                "federated user without policy",
                administrator.with(administrator.good("STS", "GetFederationToken", Map.of("Name", "guest"))));
        return refused;
    }

    private Map<String, AccountUnderTest> allowed(AccountUnderTest administrator, String account) {
        var allowed = new LinkedHashMap<String, AccountUnderTest>();
        allowed.put("user", administrator.user("able-" + mark, EVERYTHING));
        allowed.put("role", session(administrator, role(administrator, "able-" + mark, EVERYTHING), Map.of()));
        allowed.put("system account", AccountUnderTest.system(api));
        return allowed;
    }

    /** EC2 is asked whether it would: nothing is made. The system account acts in the other. */
    private static Map<String, String> parameters(String service, String who, String account) {
        var parameters = new HashMap<String, String>();
        if (service.equals("EC2")) {
            parameters.put("DryRun", "true");
        }
        if (service.equals("STS")) {
            parameters.put("Name", "somebody");
        }
        if (who.equals("system account")) {
            parameters.put("DelegateAccount", account);
        }
        return parameters;
    }

    private String role(AccountUnderTest administrator, String name, String policy) {
        var me = AccountUnderTest.text(administrator.good("STS", "GetCallerIdentity", Map.of()), "Account");
        var trust = """
                {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
                 "Principal":{"AWS":"%s"}}}""".formatted(me);
        var made = administrator.good("IAM", "CreateRole", Map.of("RoleName", name, "AssumeRolePolicyDocument", trust));
        if (!policy.isEmpty()) {
            administrator.good(
                    "IAM", "PutRolePolicy", Map.of("RoleName", name, "PolicyName", "p", "PolicyDocument", policy));
        }
        return AccountUnderTest.text(made, "Arn");
    }

    private static AccountUnderTest session(AccountUnderTest administrator, String role, Map<String, String> more) {
        var parameters = new HashMap<>(more);
        parameters.put("RoleArn", role);
        parameters.put("RoleSessionName", "matrix");
        return administrator.with(administrator.good("STS", "AssumeRole", parameters));
    }

    private static String refusal(String service) {
        return service.equals("EC2") ? "UnauthorizedOperation" : "AccessDenied";
    }

    private static String policy(String effect, String action) {
        return """
                {"Version":"2012-10-17","Statement":{"Effect":"%s","Action":"%s","Resource":"*"}}""".formatted(effect, action);
    }
}
