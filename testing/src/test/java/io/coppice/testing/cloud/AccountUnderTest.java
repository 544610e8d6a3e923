package io.coppice.testing.cloud;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** Somebody's credentials at a cloud: for tests in which several accounts or principals ask the same. */
final class AccountUnderTest {
    private static final Map<String, String> VERSIONS =
            Map.of("EC2", "2016-11-15", "IAM", "2010-05-08", "STS", "2011-06-15");

    private final ApiUnderTest api;
    private final AwsCredentialsIdentity credentials;

    private AccountUnderTest(ApiUnderTest api, AwsCredentialsIdentity credentials) {
        this.api = api;
        this.credentials = credentials;
    }

    /** The administrator of the cloud's own account. */
    static AccountUnderTest system(ApiUnderTest api) {
        var key = api.systemCredentials();
        return new AccountUnderTest(api, AwsCredentialsIdentity.create(key.accessKeyId(), key.secretAccessKey()));
    }

    /** Makes an account and a key of its administrator. */
    static AccountUnderTest make(ApiUnderTest api, String name) {
        var system = system(api);
        system.good("IAM", "CreateAccount", Map.of("AccountName", name));
        var key = system.good("IAM", "CreateAccessKey", Map.of("DelegateAccount", name, "UserName", "admin"));
        return new AccountUnderTest(
                api, AwsCredentialsIdentity.create(text(key, "AccessKeyId"), text(key, "SecretAccessKey")));
    }

    /** Makes a user of the same account, with a key; the document is its policy, unless it is empty. */
    AccountUnderTest user(String name, String policy) {
        good("IAM", "CreateUser", Map.of("UserName", name));
        if (!policy.isEmpty()) {
            good("IAM", "PutUserPolicy", Map.of("UserName", name, "PolicyName", "p", "PolicyDocument", policy));
        }
        return with(good("IAM", "CreateAccessKey", Map.of("UserName", name)));
    }

    /** Who has the credentials in an answer, at the same cloud. */
    AccountUnderTest with(String answer) {
        var id = text(answer, "AccessKeyId");
        var secret = text(answer, "SecretAccessKey");
        var token = text(answer, "SessionToken");
        return new AccountUnderTest(
                api,
                token.isEmpty()
                        ? AwsCredentialsIdentity.create(id, secret)
                        : AwsSessionCredentialsIdentity.create(id, secret, token));
    }

    /** What a tool must find in its environment to ask with these credentials. */
    Map<String, String> environment() {
        var variables = new HashMap<>(Map.of(
                "AWS_ENDPOINT_URL", api.value("AWS_ENDPOINT_URL"),
                "AWS_REGION", api.value("AWS_REGION"),
                "AWS_DEFAULT_REGION", api.value("AWS_REGION"),
                "AWS_ACCESS_KEY_ID", credentials.accessKeyId(),
                "AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey()));
        if (credentials instanceof AwsSessionCredentialsIdentity session) {
            variables.put("AWS_SESSION_TOKEN", session.sessionToken());
        }
        return variables;
    }

    /** A signer by Signature Version 2; a session token goes along as a parameter. */
    LegacySigner legacySigner() {
        return new LegacySigner(api.endpoint(), credentials.accessKeyId(), credentials.secretAccessKey());
    }

    /** The session's token; empty for long-term keys. */
    String sessionToken() {
        return credentials instanceof AwsSessionCredentialsIdentity session ? session.sessionToken() : "";
    }

    /** Asks; {@code service} is {@code EC2}, {@code IAM} or {@code STS}. */
    SignedRequests.Answer ask(String service, String action, Map<String, String> parameters) {
        var form = new StringBuilder("Action=" + action + "&Version=" + VERSIONS.get(service));
        parameters.forEach(
                (name, value) -> form.append('&').append(name).append('=').append(ApiUnderTest.encode(value)));
        return api.requests()
                .signedFor(service.toLowerCase(java.util.Locale.ROOT))
                .send(form.toString(), credentials, Clock.systemUTC());
    }

    /** Asks for what must succeed. */
    String good(String service, String action, Map<String, String> parameters) {
        var answer = ask(service, action, parameters);
        if (answer.status() != 200) {
            throw new AssertionError(action + " " + parameters + ": " + answer.body());
        }
        return answer.body();
    }

    /** The text of the first element of this name in an answer; empty without one. */
    static String text(String xml, String element) {
        var matcher = Pattern.compile("<" + element + ">([^<]*)<").matcher(xml);
        return matcher.find() ? matcher.group(1) : "";
    }
}
