package io.coppice.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.policy.PolicyDocument.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** If this failed, a quota that a policy lays down would not hold, or would forbid what it does not speak of. */
class LimitTest {
    private static final String LIMIT = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
             {"Effect":"Limit","Action":"ec2:*","Resource":"*",
              "Condition":{"NumericLessThanEquals":{"ec2:quota-vminstancenumber":"4"}}}]}""";

    @ParameterizedTest
    @CsvSource({
        "ec2:RunInstances, 4, true",
        "ec2:RunInstances, 5, false",
        "ec2:DescribeInstances, , true",
        "iam:CreateUser, 9, true"
    })
    void whatIsBeyondALimitIsDenied(String action, String count, boolean allowed) {
        var principal = PolicyPrincipal.of("arn:aws:iam::111111111111:user/alice", "AIDA");
        Map<String, List<String>> context =
                count == null ? Map.of() : Map.of("ec2:quota-vminstancenumber", List.of(count));
        var set = PolicySet.ofIdentity(List.of(PolicyDocument.parse(LIMIT, Kind.IDENTITY)));
        var request = new AccessRequest(principal, action, "*", context);
        assertEquals(
                allowed,
                PolicyEvaluator.decide(request, set, java.util.Optional.empty()).allowed());
    }

    @Test
    void onResourcesThereAreNoLimits() {
        assertThrows(
                MalformedPolicyException.class,
                () -> PolicyDocument.parse(
                        LIMIT.replace("\"Resource\"", "\"Principal\":\"*\",\"Resource\""), Kind.RESOURCE));
    }
}
