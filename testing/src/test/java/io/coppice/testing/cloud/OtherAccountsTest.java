package io.coppice.testing.cloud;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, an account could find out what another one has, or change it: some action would answer otherwise to an
 * id, a name or an ARN of somebody else's than to one that never was. Every action that is carried out is asked, by every
 * parameter that names a resource, through the real door; a new action is among them without being written down here.
 */
@ExtendWith(ApiUnderTest.Resolver.class)
class OtherAccountsTest {
    /** AWS tells everybody which account an access key belongs to, and takes an alias that nobody has. */
    private static final List<String> TOLD_TO_EVERYBODY = List.of("GetAccessKeyInfo", "CreateAccountAlias");

    private static final Pattern PASSING = Pattern.compile(
            "<[rR]equestI[dD]>[^<]*|\\d{4}-\\d\\d-\\d\\dT[0-9:.]*Z|\\b[a-z]+-[0-9a-f]{17}\\b|\\bA[A-Z]{3}[A-Z2-7]{16,17}\\b"
                    + "|filled-\\d+");
    private static final int MOST_SHOWN = 60;

    private final ApiUnderTest api;
    private final String mark = UUID.randomUUID().toString().substring(0, 8);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    OtherAccountsTest(ApiUnderTest api) {
        this.api = api;
    }

    @Test
    void whatBelongsToOthersIsAnsweredAsWhatNeverWas() throws IOException {
        var owner = AccountUnderTest.make(api, "owner-" + mark);
        var asker = AccountUnderTest.make(api, "asker-" + mark);
        var foreign = ThingsOfAccount.make(owner, "theirs-" + mark, api.image(), folder);
        var own = ThingsOfAccount.make(asker, "mine-" + mark, api.image(), folder);
        try {
            var before = everythingOf(owner, foreign);
            var wrong = new TreeMap<String, String>();
            var found = new HashMap<String, Integer>();
            var pairs = new ForeignNames(foreign, own).all();
            for (var pair : pairs) {
                if (TOLD_TO_EVERYBODY.contains(pair.action())) {
                    continue;
                }
                var first = asker.ask(pair.service(), pair.action(), pair.foreign());
                var second = asker.ask(pair.service(), pair.action(), pair.absent());
                found.merge(first.code(), 1, Integer::sum);
                if (!shown(pair, first).equals(shown(pair, second)) && wrong.size() < MOST_SHOWN) {
                    wrong.put(
                            pair.action() + " " + pair.where(), shown(pair, first) + "\n  but " + shown(pair, second));
                }
            }
            assertAll(
                    () -> assertEquals(Map.of(), wrong),
                    () -> assertEquals(before, everythingOf(owner, foreign), "something of the other account changed"),
                    () -> assertTrue(pairs.size() > 400, "only " + pairs.size() + " requests: " + found),
                    () -> assertTrue(
                            found.entrySet().stream()
                                            .filter(each -> each.getKey().contains("NotFound")
                                                    || each.getKey().equals("NoSuchEntity"))
                                            .mapToInt(Map.Entry::getValue)
                                            .sum()
                                    > 120,
                            "most requests never came to the name: " + found));
        } finally {
            ThingsOfAccount.end(owner, foreign);
            ThingsOfAccount.end(asker, own);
        }
    }

    /** An answer without what differs by itself. Of something made, only that it was made counts. */
    private static String shown(ForeignNames.Pair pair, SignedRequests.Answer answer) {
        var reads = pair.action().matches("(Describe|List|Get|Simulate).*");
        if (answer.status() == 200 && !reads) {
            return "200";
        }
        var text = answer.body();
        for (var name : pair.names()) {
            text = text.replace(name, "NAME").replace(name.substring(name.lastIndexOf('/') + 1), "NAME");
        }
        for (var name : pair.absent().values()) {
            text = text.replace(name, "NAME");
        }
        return answer.status() + " " + PASSING.matcher(text).replaceAll("-");
    }

    private static Map<String, String> everythingOf(AccountUnderTest account, Map<String, String> things) {
        var seen = new TreeMap<String, String>();
        for (var action : List.of(
                "DescribeInstances",
                "DescribeVolumes",
                "DescribeKeyPairs",
                "DescribeLaunchTemplates",
                "DescribePlacementGroups",
                "DescribeTags",
                "DescribeNetworkInterfaces",
                "DescribeIamInstanceProfileAssociations")) {
            seen.put(action, account.good("EC2", action, Map.of()));
        }
        for (var action : List.of(
                "GetAccountAuthorizationDetails",
                "ListServerCertificates",
                "ListSigningCertificates",
                "ListVirtualMFADevices",
                "ListOpenIDConnectProviders",
                "ListAccountAliases")) {
            seen.put(action, account.good("IAM", action, Map.of()));
        }
        seen.put(
                "ListAccessKeys",
                account.good("IAM", "ListAccessKeys", Map.of("UserName", things.getOrDefault("user", ""))));
        seen.replaceAll((action, body) -> body.replaceAll("<[rR]equestI[dD]>[^<]*", ""));
        return seen;
    }
}
