package io.coppice.cloud.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.identity.TestIdentity;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.rpc.Address;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityResponse;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.services.sts.model.Tag;

/**
 * If this failed, temporary credentials would not open the door, or would open it too long, to others, or under a wrong name.
 * The client is the AWS SDK for Java, unmodified.
 */
class SessionTest {
    private static final String TRUSTS_ACCOUNT = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"%s"},
             "Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]%s}]}""";

    @TempDir
    static Path data;

    private static TestIdentity identity;
    private static TestDoor door;
    private static TestDoor doorOfTomorrow;
    private static TestIssuer issuer;
    private static AwsCredentials admin;
    private static AccountId account;

    @BeforeAll
    static void start() throws Exception {
        identity = TestIdentity.start(data, Clock.systemUTC());
        issuer = TestIssuer.start();
        identity.trustIssuer(issuer.url());
        var nowhere = new Address("127.0.0.1", 1);
        door = new TestDoor(identity, Clock.systemUTC(), nowhere);
        doorOfTomorrow = new TestDoor(
                identity.at(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(14))), Clock.systemUTC(), nowhere);
        admin = AwsBasicCredentials.create(
                identity.credentials().id(), identity.credentials().secret());
        try (var sts = sts(admin)) {
            account = new AccountId(sts.getCallerIdentity().account());
        }
        identity.allowEverything(account, role("reader", ""));
    }

    @AfterAll
    static void stop() throws Exception {
        door.close();
        doorOfTomorrow.close();
        issuer.close();
        identity.close();
    }

    @Test
    void aRoleIsAssumedAndItsSessionIsKnownByName() {
        var id = role("builder", "");
        var assumed = assume(admin, request -> request.roleArn(arn("builder"))
                .roleSessionName("night")
                .tags(Tag.builder().key("team").value("blue").build())
                .sourceIdentity("alice"));
        var credentials = assumed.credentials();
        assertTrue(credentials.accessKeyId().matches("ASIA[A-Z2-7]{16}"), credentials.accessKeyId());
        assertEquals(id + ":night", assumed.assumedRoleUser().assumedRoleId());
        assertEquals("alice", assumed.sourceIdentity());
        assertTrue(assumed.packedPolicySize() > 0);
        try (var sts = sts(session(credentials))) {
            var who = sts.getCallerIdentity();
            assertEquals("arn:aws:sts::" + account + ":assumed-role/builder/night", who.arn());
            assertEquals(id + ":night", who.userId());
            assertEquals(account.value(), who.account());
            assertEquals(
                    account.value(),
                    sts.getAccessKeyInfo(key -> key.accessKeyId(credentials.accessKeyId()))
                            .account());
        }
        identity.removeRole(id);
        try (var sts = sts(session(credentials))) {
            assertEquals("InvalidClientTokenId", code(sts::getCallerIdentity), "the role is gone");
        }
    }

    @Test
    void tokensOfOthersAndNoTokensAreRefused() {
        var one = assume(admin, request -> request.roleArn(arn("reader")).roleSessionName("one"))
                .credentials();
        var other = assume(admin, request -> request.roleArn(arn("reader")).roleSessionName("other"))
                .credentials();
        var mixed = AwsSessionCredentials.create(one.accessKeyId(), one.secretAccessKey(), other.sessionToken());
        var without = AwsBasicCredentials.create(one.accessKeyId(), one.secretAccessKey());
        var superfluous =
                AwsSessionCredentials.create(admin.accessKeyId(), admin.secretAccessKey(), one.sessionToken());
        var wrongSecret = AwsSessionCredentials.create(one.accessKeyId(), other.secretAccessKey(), one.sessionToken());
        for (var bad : List.of(mixed, without, superfluous)) {
            try (var sts = sts(bad);
                    var ec2 = ec2(bad)) {
                assertEquals("InvalidClientTokenId", code(sts::getCallerIdentity));
                assertEquals("AuthFailure", code(ec2::describeRegions));
            }
        }
        try (var sts = sts(wrongSecret)) {
            assertEquals("SignatureDoesNotMatch", code(sts::getCallerIdentity));
        }
        try (var ec2 = ec2(session(one))) {
            assertEquals("us-east-1", ec2.describeRegions().regions().getFirst().regionName());
        }
    }

    @Test
    void sessionsEnd() {
        var credentials = assume(admin, request -> request.roleArn(arn("reader"))
                        .roleSessionName("short")
                        .durationSeconds(900))
                .credentials();
        var life = Duration.between(Instant.now(), credentials.expiration());
        assertTrue(life.compareTo(Duration.ofMinutes(15)) <= 0, life::toString);
        // Its clock is 14 minutes ahead, and this session began two minutes ago.
        var old = identity.at(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-2)))
                .sessionOf(account, identity.roleId(account, "reader"), Duration.ofMinutes(15));
        var ended = AwsSessionCredentials.create(old.accessKeyId(), old.secretAccessKey(), old.sessionToken());
        try (var sts = sts(ended)) {
            assertTrue(sts.getCallerIdentity().arn().endsWith("/reader/test"));
        }
        try (var sts = sts(ended, doorOfTomorrow.uri());
                var ec2 = ec2(ended, doorOfTomorrow.uri())) {
            assertEquals("ExpiredToken", code(sts::getCallerIdentity));
            assertEquals("RequestExpired", code(ec2::describeRegions));
        }
    }

    @Test
    void aTrustPolicyMayAskForAnExternalIdOrMfa() {
        role("external", ",\"Condition\":{\"StringEquals\":{\"sts:ExternalId\":\"secret-7\"}}");
        role("guarded", ",\"Condition\":{\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}}");
        assertEquals("AccessDenied", refused(request -> request.roleArn(arn("external"))));
        assertEquals("AccessDenied", refused(request -> request.roleArn(arn("external"))
                .externalId("other")));
        assume(admin, request -> request.roleArn(arn("external"))
                .roleSessionName("it")
                .externalId("secret-7"));
        var device = "arn:aws:iam::" + account + ":mfa/phone";
        assertEquals("AccessDenied", refused(request -> request.roleArn(arn("guarded"))));
        assertEquals("AccessDenied", refused(request -> request.roleArn(arn("guarded"))
                .serialNumber(device)
                .tokenCode("111111")));
        assume(admin, request -> request.roleArn(arn("guarded"))
                .roleSessionName("it")
                .serialNumber(device)
                .tokenCode("666666"));
    }

    @Test
    void rolesThatTrustOthersAndRolesThatAreNotThereLookAlike() {
        identity.role(account, "foreign", TRUSTS_ACCOUNT.formatted("arn:aws:iam::999999999999:root", ""));
        assertEquals("AccessDenied", refused(request -> request.roleArn(arn("foreign"))));
        assertEquals("AccessDenied", refused(request -> request.roleArn(arn("nowhere"))));
        assertEquals("AccessDenied", refused(request -> request.roleArn("arn:aws:iam::999999999999:role/x")));
        assertEquals("ValidationError", refused(request -> request.roleArn("x")));
        assertEquals("ValidationError", refused(request -> request.roleArn(arn("reader"))
                .durationSeconds(7_201)));
        assertEquals("MalformedPolicyDocument", refused(request -> request.roleArn(arn("reader"))
                .policy("{}")));
    }

    @Test
    void chainedRolesCarryTransitiveTagsAndSourceIdentityForAnHourAtMost() {
        var first = session(assume(admin, request -> request.roleArn(arn("reader"))
                        .roleSessionName("first")
                        .sourceIdentity("alice")
                        .tags(Tag.builder().key("team").value("blue").build())
                        .transitiveTagKeys("team"))
                .credentials());
        assertEquals(
                "ValidationError",
                code(() -> assume(first, request -> request.roleArn(arn("reader"))
                        .roleSessionName("second")
                        .durationSeconds(3_601))));
        assertEquals(
                "InvalidParameterValue",
                code(() -> assume(first, request -> request.roleArn(arn("reader"))
                        .roleSessionName("second")
                        .tags(Tag.builder().key("Team").value("red").build()))));
        assertEquals(
                "AccessDenied",
                code(() -> assume(first, request -> request.roleArn(arn("reader"))
                        .roleSessionName("second")
                        .sourceIdentity("mallory"))));
        var second = assume(first, request -> request.roleArn(arn("reader")).roleSessionName("second"));
        assertEquals("alice", second.sourceIdentity());
        assertTrue(second.packedPolicySize() > 0, "the tag came along");
    }

    @Test
    void usersGetSessionsOfTheirOwnAndForOthers() {
        try (var sts = sts(admin)) {
            var own = session(sts.getSessionToken().credentials());
            var federated = sts.getFederationToken(request -> request.name("guest"));
            assertEquals(
                    "arn:aws:sts::" + account + ":federated-user/guest",
                    federated.federatedUser().arn());
            try (var mine = sts(own);
                    var theirs = sts(session(federated.credentials()))) {
                assertEquals(
                        "arn:aws:iam::" + account + ":user/admin",
                        mine.getCallerIdentity().arn());
                assertEquals("AccessDenied", code(mine::getSessionToken));
                assertEquals("AccessDenied", code(() -> mine.getFederationToken(request -> request.name("x2"))));
                assertEquals(
                        "arn:aws:sts::" + account + ":federated-user/guest",
                        theirs.getCallerIdentity().arn());
                assertEquals(
                        "AccessDenied",
                        code(() -> theirs.assumeRole(
                                request -> request.roleArn(arn("reader")).roleSessionName("it"))));
            }
            assertEquals(
                    "AccessDenied",
                    code(() -> sts.getSessionToken(request ->
                            request.serialNumber("arn:aws:iam::1:mfa/x").tokenCode("000000"))));
        }
    }

    @Test
    void anIdentityProviderVouches() throws Exception {
        var name = issuer.url().replace("http://", "");
        var provider = "arn:aws:iam::" + account + ":oidc-provider/" + name;
        identity.role(account, "deployer", """
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"%s"},
                 "Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession"],
                 "Condition":{"StringEquals":{"%s:aud":"coppice","%s:sub":"repo:main"}}}]}""".formatted(provider, name, name));
        var claims = issuer.claims("repo:main");
        claims.setClaim("https://aws.amazon.com/tags", Map.of("principal_tags", Map.of("team", List.of("blue"))));
        try (var sts = anonymous()) {
            var answer = web(sts, issuer.sign(claims));
            assertEquals("repo:main", answer.subjectFromWebIdentityToken());
            assertEquals("coppice", answer.audience());
            assertEquals(provider, answer.provider());
            try (var session = sts(session(answer.credentials()))) {
                assertTrue(session.getCallerIdentity().arn().endsWith(":assumed-role/deployer/it"));
            }
            var other = issuer.sign(issuer.claims("repo:other"));
            assertEquals("AccessDenied", code(() -> web(sts, other)));
        }
    }

    @Test
    void badTokensOfIdentityProvidersAreRefused() throws Exception {
        role("anybody", "");
        var otherAudience = issuer.claims("it");
        otherAudience.setAudience("somebody-else");
        var late = issuer.claims("it");
        late.setExpirationTimeMinutesInTheFuture(-10);
        var stranger = issuer.claims("it");
        stranger.setIssuer("http://127.0.0.1:1");
        try (var sts = anonymous()) {
            for (var bad : List.of(
                    issuer.sign(otherAudience),
                    issuer.sign(stranger),
                    issuer.forge(issuer.claims("it")),
                    "not-a-token")) {
                assertEquals("InvalidIdentityToken", code(() -> web(sts, arn("anybody"), bad)));
            }
            var tooLate = issuer.sign(late);
            assertEquals("ExpiredTokenException", code(() -> web(sts, arn("anybody"), tooLate)));
        }
    }

    @Test
    void samlIsToldToBeAbsent() {
        try (var sts = anonymous()) {
            assertEquals(
                    "UnsupportedOperation",
                    code(() -> sts.assumeRoleWithSAML(request -> request.roleArn(arn("reader"))
                            .principalArn("arn:aws:iam::" + account + ":saml-provider/x")
                            .samlAssertion("PHg+"))));
        }
    }

    /** A role that the account trusts, under a condition. */
    private static String role(String name, String condition) {
        return identity.role(account, name, TRUSTS_ACCOUNT.formatted("arn:aws:iam::" + account + ":root", condition));
    }

    private static String arn(String role) {
        return "arn:aws:iam::" + account + ":role/" + role;
    }

    private static AssumeRoleResponse assume(AwsCredentials who, Consumer<AssumeRoleRequest.Builder> request) {
        try (var sts = sts(who)) {
            return sts.assumeRole(request);
        }
    }

    private static String refused(Consumer<AssumeRoleRequest.Builder> request) {
        return code(() -> assume(admin, request.andThen(each -> each.roleSessionName("it"))));
    }

    private static AssumeRoleWithWebIdentityResponse web(StsClient sts, String token) {
        return web(sts, arn("deployer"), token);
    }

    private static AssumeRoleWithWebIdentityResponse web(StsClient sts, String role, String token) {
        return sts.assumeRoleWithWebIdentity(
                request -> request.roleArn(role).roleSessionName("it").webIdentityToken(token));
    }

    private static AwsCredentials session(Credentials credentials) {
        return AwsSessionCredentials.create(
                credentials.accessKeyId(), credentials.secretAccessKey(), credentials.sessionToken());
    }

    private static StsClient sts(AwsCredentials who) {
        return sts(who, door.uri());
    }

    private static StsClient sts(AwsCredentials who, URI endpoint) {
        return stsBuilder(StaticCredentialsProvider.create(who), endpoint).build();
    }

    private static StsClient anonymous() {
        return stsBuilder(AnonymousCredentialsProvider.create(), door.uri()).build();
    }

    private static StsClientBuilder stsBuilder(AwsCredentialsProvider who, URI endpoint) {
        return StsClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(who)
                .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
                .httpClientBuilder(UrlConnectionHttpClient.builder());
    }

    private static Ec2Client ec2(AwsCredentials who) {
        return ec2(who, door.uri());
    }

    private static Ec2Client ec2(AwsCredentials who, URI endpoint) {
        return Ec2Client.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(who))
                .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    private static String code(Executable call) {
        return assertThrows(AwsServiceException.class, call).awsErrorDetails().errorCode();
    }
}
