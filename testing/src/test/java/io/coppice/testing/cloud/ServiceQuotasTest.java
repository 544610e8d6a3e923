package io.coppice.testing.cloud;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * If this failed, {@code aws service-quotas} would not tell what an account may have, or tell other numbers than requests are
 * held against.
 */
@ExtendWith(ApiUnderTest.Resolver.class)
class ServiceQuotasTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final ApiUnderTest api;

    ServiceQuotasTest(ApiUnderTest api) {
        this.api = api;
    }

    @Test
    void theCommandLineReadsTheQuotasOfAnAccount() {
        var name = "quotas-" + UUID.randomUUID().toString().substring(0, 8);
        var account = AccountUnderTest.make(api, name);
        AccountUnderTest.system(api)
                .good("IAM", "PutAccountQuota", Map.of("AccountName", name, "Quota", "users", "Value", "7"));
        var services = aws(account, "list-services");
        assumeTrue(!services.output().contains("aws: not found"), "there is no aws command line");
        var usersOfIam = List.of("--service-code", "iam", "--quota-code", "L-F55AF5E4");
        var own = aws(account, "get-service-quota", usersOfIam.toArray(String[]::new));
        var usual = aws(account, "get-aws-default-service-quota", usersOfIam.toArray(String[]::new));
        var ec2 = aws(account, "list-service-quotas", "--service-code", "ec2", "--page-size", "2");
        var nobody = account.user("nobody", "");
        assertAll(
                () -> assertTrue(services.output().contains("\"ServiceCode\": \"ec2\""), services::output),
                () -> assertTrue(ec2.output().contains("L-1216C47A"), ec2::output),
                () -> assertTrue(ec2.output().contains("coppice-key-pairs"), "not every page came: " + ec2.output()),
                () -> assertTrue(own.output().contains("\"Value\": 7.0"), own::output),
                () -> assertTrue(usual.output().contains("\"Value\": 5000.0"), usual::output),
                () -> assertFalse(ec2.output().contains("\"ServiceCode\": \"iam\""), ec2::output),
                () -> assertTrue(aws(account, "get-service-quota", "--service-code", "ec2", "--quota-code", "L-0")
                        .output()
                        .contains("NoSuchResourceException")),
                () -> assertTrue(aws(nobody, "list-services").output().contains("AccessDeniedException")),
                () -> assertEquals(
                        "7",
                        AccountUnderTest.text(
                                account.good("IAM", "GetAccountSummary", Map.of())
                                        .replaceAll("(?s).*<key>UsersQuota</key>", ""),
                                "value")));
    }

    private Command.Result aws(AccountUnderTest account, String command, String... options) {
        var line = new ArrayList<>(List.of("aws", "service-quotas", command, "--output", "json"));
        line.addAll(List.of(options));
        var environment = account.environment();
        return Command.run(LIMIT, environment, line);
    }
}
