package io.coppice.cloud.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.action.Caller;
import io.coppice.cloud.identity.TestIdentity;
import io.coppice.cloud.identity.TestIdentity.Credentials;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.rpc.Address;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * If this failed, the operator could not make accounts, or tenants could: see each other's, act in them, or lift what the
 * operator laid down for theirs.
 */
class AccountTest {
    private static final String DENIED = "AccessDenied";

    @TempDir
    static Path data;

    private static TestIdentity identity;
    private static TestDoor door;
    private static SdkHttpClient http;
    private static Credentials operator;
    private static Credentials tenant;

    @BeforeAll
    static void start() throws Exception {
        identity = TestIdentity.start(data, Clock.systemUTC());
        door = new TestDoor(identity, Clock.systemUTC(), new Address("127.0.0.1", 1));
        http = UrlConnectionHttpClient.create();
        operator = identity.systemCredentials();
        tenant = identity.credentials();
    }

    @AfterAll
    static void stop() throws Exception {
        http.close();
        door.close();
        identity.close();
    }

    @Test
    void theOperatorMakesAnAccountAndAKeyForIt() throws IOException {
        var made = ask(operator, "CreateAccount", Map.of("AccountName", "research"));
        var id = text(made, "AccountId");
        assertTrue(id.matches("[0-9]{12}"), made);
        assertEquals("EntityAlreadyExists", code(ask(operator, "CreateAccount", Map.of("AccountName", "research"))));
        assertEquals("ValidationError", code(ask(operator, "CreateAccount", Map.of("AccountName", "Research!"))));
        var listed = ask(operator, "ListAccounts", Map.of());
        assertTrue(listed.contains("<AccountName>research</AccountName>"), listed);
        assertTrue(listed.contains("<AccountName>coppice</AccountName>"), listed);

        var key = ask(operator, "CreateAccessKey", Map.of("UserName", "admin", "DelegateAccount", "research"));
        var theirs = new Credentials(text(key, "AccessKeyId"), text(key, "SecretAccessKey"));
        assertEquals(
                "arn:aws:iam::" + id + ":user/admin", text(ask(theirs, "sts", "GetCallerIdentity", Map.of()), "Arn"));
        assertEquals(
                "admin",
                text(ask(operator, "GetUser", Map.of("UserName", "admin", "DelegateAccount", id)), "UserName"));

        assertEquals(
                "DeleteConflict",
                code(ask(
                        operator,
                        "DeleteAccount",
                        Map.of("AccountName", "research", "Recursive", createUser("research", "second")))));
        ask(operator, "DeleteAccount", Map.of("AccountName", "research", "Recursive", "true"));
        assertEquals("InvalidClientTokenId", code(ask(theirs, "sts", "GetCallerIdentity", Map.of())));
        assertFalse(ask(operator, "ListAccounts", Map.of()).contains("research"));
    }

    @Test
    void theRootOfAnAccountHasKeysOfItsOwn() throws IOException {
        var id = text(ask(operator, "CreateAccount", Map.of("AccountName", "rooted")), "AccountId");
        assertEquals("0", ofSummary(operator, "rooted"));
        var made = ask(operator, "CreateAccessKey", Map.of("DelegateAccount", "rooted"));
        assertEquals("root", text(made, "UserName"));
        var root = new Credentials(text(made, "AccessKeyId"), text(made, "SecretAccessKey"));
        var identity = ask(root, "sts", "GetCallerIdentity", Map.of());
        assertEquals("arn:aws:iam::" + id + ":root", text(identity, "Arn"));
        assertEquals(id, text(identity, "UserId"));
        assertEquals("1", ofSummary(operator, "rooted"));

        var second = text(ask(root, "CreateAccessKey", Map.of()), "AccessKeyId");
        assertEquals("LimitExceeded", code(ask(root, "CreateAccessKey", Map.of())));
        assertTrue(ask(root, "ListAccessKeys", Map.of()).contains(second));
        assertFalse(ask(root, "ListAccessKeys", Map.of("UserName", "admin")).contains(second));
        assertEquals("root", text(ask(root, "GetAccessKeyLastUsed", Map.of("AccessKeyId", second)), "UserName"));
        assertEquals("NoSuchEntity", code(ask(tenant, "GetAccessKeyLastUsed", Map.of("AccessKeyId", second))));
        assertEquals("NoSuchEntity", code(ask(tenant, "DeleteAccessKey", Map.of("AccessKeyId", second))));
        assertEquals("AccessDenied", code(ask(tenant, "CreateAccessKey", Map.of("DelegateAccount", "rooted"))));
        assertFalse(ask(root, "DeleteAccessKey", Map.of("AccessKeyId", second)).contains("<Code>"));
        assertEquals("ValidationError", code(ask(root, "CreateLoginProfile", Map.of("Password", "Correct-Horse-7"))));

        ask(operator, "DeleteAccount", Map.of("AccountName", "rooted", "Recursive", "true"));
        assertEquals("InvalidClientTokenId", code(ask(root, "sts", "GetCallerIdentity", Map.of())));
    }

    private static String ofSummary(Credentials by, String account) throws IOException {
        var summary = ask(by, "GetAccountSummary", Map.of("DelegateAccount", account));
        return text(summary.substring(summary.indexOf("AccountAccessKeysPresent")), "value");
    }

    @Test
    void anAccountWithResourcesStaysWhateverTheOperatorSays() throws IOException {
        var id = text(ask(operator, "CreateAccount", Map.of("AccountName", "holder")), "AccountId");
        identity.keyPair(new AccountId(id), "key-of-holder");
        var refused = ask(operator, "DeleteAccount", Map.of("AccountName", "holder", "Recursive", "true"));
        assertEquals("DeleteConflict", code(refused));
        assertTrue(refused.contains("1 key pair"), refused);
        assertEquals("DeleteConflict", code(ask(operator, "DeleteAccount", Map.of("AccountName", "coppice"))));
    }

    @Test
    void anAccountWithBucketsStaysToo() throws IOException {
        ask(operator, "CreateAccount", Map.of("AccountName", "stores"));
        identity.buckets(2);
        var refused = ask(operator, "DeleteAccount", Map.of("AccountName", "stores", "Recursive", "true"));
        identity.buckets(0);
        assertEquals("DeleteConflict", code(refused));
        assertTrue(refused.contains("2 buckets"), refused);
        var removed = ask(operator, "DeleteAccount", Map.of("AccountName", "stores", "Recursive", "true"));
        assertFalse(removed.contains("<Code>"), removed);
    }

    @Test
    void tenantsAreNoOperators() throws IOException {
        for (var action : new String[] {
            "CreateAccount",
            "ListAccounts",
            "DeleteAccount",
            "PutAccountPolicy",
            "GetAccountPolicy",
            "ListAccountPolicies",
            "DeleteAccountPolicy",
            "PutAccountQuota"
        }) {
            assertEquals(DENIED, code(ask(tenant, action, Map.of("AccountName", "main"))), action);
        }
        assertEquals(DENIED, code(ask(tenant, "ListUsers", Map.of("DelegateAccount", "coppice"))));
        assertEquals(DENIED, code(ask(tenant, "ListAccountQuotas", Map.of("AccountName", "coppice"))));
        assertTrue(ask(tenant, "ListAccountQuotas", Map.of()).contains("<Quota>instances</Quota>"));
        assertEquals("NoSuchEntity", code(ask(operator, "ListUsers", Map.of("DelegateAccount", "nowhere"))));
    }

    @Test
    void aPolicyOnAnAccountCapsEverybodyInIt() throws IOException {
        var id = text(ask(operator, "CreateAccount", Map.of("AccountName", "capped")), "AccountId");
        var root = new Caller(new AccountId(id), "arn:aws:iam::" + id + ":root", id, "AKIA", false);
        assertTrue(identity.policies().of(root).allowsEverything());
        var cap = "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"ec2:*\",\"Resource\":\"*\"}]}";
        var put = new TreeMap<>(Map.of("AccountName", "capped", "PolicyName", "only-ec2", "PolicyDocument", "{}"));
        assertEquals("MalformedPolicyDocument", code(ask(operator, "PutAccountPolicy", put)));
        put.put("PolicyDocument", cap);
        ask(operator, "PutAccountPolicy", put);
        assertEquals(1, identity.policies().of(root).account().size());
        assertTrue(ask(operator, "ListAccountPolicies", Map.of("AccountName", "capped"))
                .contains("<member>only-ec2</member>"));
        var named = Map.of("AccountName", "capped", "PolicyName", "only-ec2");
        assertEquals(
                cap,
                text(ask(operator, "GetAccountPolicy", named), "PolicyDocument").replace("&quot;", "\""));
        ask(operator, "DeleteAccountPolicy", named);
        assertEquals("NoSuchEntity", code(ask(operator, "GetAccountPolicy", named)));
        assertTrue(identity.policies().of(root).allowsEverything());
    }

    @Test
    void aQuotaOfAnAccountHolds() throws IOException {
        ask(operator, "CreateAccount", Map.of("AccountName", "small"));
        assertEquals(
                "ValidationError",
                code(ask(operator, "PutAccountQuota", Map.of("AccountName", "small", "Quota", "luck", "Value", "1"))));
        ask(operator, "PutAccountQuota", Map.of("AccountName", "small", "Quota", "users", "Value", "1"));
        var quotas = ask(operator, "ListAccountQuotas", Map.of("AccountName", "small"));
        assertTrue(quotas.contains("<Quota>users</Quota><Value>1</Value>"), quotas);
        assertEquals(
                "LimitExceeded",
                code(ask(operator, "CreateUser", Map.of("UserName", "b", "DelegateAccount", "small"))));
        ask(operator, "PutAccountQuota", Map.of("AccountName", "small", "Quota", "users"));
        assertEquals(
                "b",
                text(ask(operator, "CreateUser", Map.of("UserName", "b", "DelegateAccount", "small")), "UserName"));
    }

    /** Makes a user and says {@code false}. */
    private static String createUser(String account, String name) throws IOException {
        assertEquals(
                name,
                text(ask(operator, "CreateUser", Map.of("UserName", name, "DelegateAccount", account)), "UserName"));
        return "false";
    }

    private static String ask(Credentials who, String action, Map<String, String> parameters) throws IOException {
        return ask(who, "iam", action, parameters);
    }

    private static String ask(Credentials who, String service, String action, Map<String, String> parameters)
            throws IOException {
        var form = new TreeMap<>(parameters);
        form.put("Action", action);
        var body = form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        var request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(URI.create(door.uri() + "/"))
                .putHeader("Content-Type", "application/x-www-form-urlencoded")
                .build();
        var signed = AwsV4HttpSigner.create()
                .sign(sign -> sign.identity(AwsCredentialsIdentity.create(who.id(), who.secret()))
                        .request(request)
                        .payload(ContentStreamProvider.fromUtf8String(body))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1"));
        var response = http.prepareRequest(HttpExecuteRequest.builder()
                        .request(signed.request())
                        .contentStreamProvider(signed.payload().orElseThrow())
                        .build())
                .call();
        try (var content = response.responseBody().orElseThrow()) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String code(String xml) {
        return text(xml, "Code");
    }

    private static String text(String xml, String element) {
        var found =
                Pattern.compile("<" + element + ">([^<]*)</" + element + ">").matcher(xml);
        assertTrue(found.find(), () -> "no " + element + " in " + xml);
        return found.group(1);
    }
}
