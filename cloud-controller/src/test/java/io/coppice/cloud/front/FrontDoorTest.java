package io.coppice.cloud.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.access.TestAccess;
import io.coppice.cloud.identity.TestIdentity;
import io.coppice.foundation.rpc.Address;
import io.coppice.policy.PolicyDocument;
import io.coppice.policy.PolicySet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * If this failed, AWS's own client could not log in, would misread an error, or a stranger could get in. The client is the
 * AWS SDK for Java, unmodified.
 */
class FrontDoorTest {
    private static final String FORM = "application/x-www-form-urlencoded; charset=utf-8";

    @TempDir
    static Path data;

    private static TestIdentity identity;
    private static TestDoor door;
    private static TestDoor doorOfTomorrow;
    private static AwsBasicCredentials good;

    @BeforeAll
    static void start() throws Exception {
        identity = TestIdentity.start(data, Clock.systemUTC());
        var nowhere = new Address("127.0.0.1", 1);
        door = new TestDoor(identity, Clock.systemUTC(), nowhere);
        doorOfTomorrow = new TestDoor(identity, Clock.offset(Clock.systemUTC(), Duration.ofDays(1)), nowhere);
        good = AwsBasicCredentials.create(
                identity.credentials().id(), identity.credentials().secret());
    }

    @AfterAll
    static void stop() throws Exception {
        door.close();
        doorOfTomorrow.close();
        identity.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/services/Tokens", "/services/Tokens/"})
    void theClientLearnsWhoItIs(String path) {
        try (var sts = client(StsClient.builder(), good, door.uri().resolve(path))) {
            var answer = sts.getCallerIdentity();
            assertEquals("arn:aws:iam::" + answer.account() + ":user/admin", answer.arn());
            assertTrue(answer.userId().startsWith("AIDA"));
            assertTrue(answer.responseMetadata().requestId().length() > 30);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/services/compute", "/services/Eucalyptus"})
    void ec2AnswersOnEveryPath(String path) {
        try (var ec2 = client(Ec2Client.builder(), good, door.uri().resolve(path))) {
            var region = ec2.describeRegions().regions().getFirst();
            assertEquals("us-east-1", region.regionName());
            assertEquals(door.uri().getAuthority(), region.endpoint());
            assertTrue(ec2.describeVolumes().hasVolumes(), "an empty list is a list");
        }
    }

    @Test
    void nothingHappensWithoutPermission() throws Exception {
        var allowed = new AtomicReference<>(PolicySet.NOTHING);
        var nowhere = new Address("127.0.0.1", 1);
        try (var guarded = new TestDoor(identity, Clock.systemUTC(), nowhere, TestAccess.by(caller -> allowed.get()));
                var ec2 = client(Ec2Client.builder(), good, guarded.uri());
                var iam = client(IamClient.builder(), good, guarded.uri());
                var sts = client(StsClient.builder(), good, guarded.uri())) {
            refused("UnauthorizedOperation", 403, () -> ec2.stopInstances(stop -> stop.instanceIds("i-1")));
            refused(
                    "UnauthorizedOperation",
                    403,
                    () -> ec2.stopInstances(stop -> stop.instanceIds("i-1").dryRun(true)));
            refused("AccessDenied", 403, iam::listUsers);
            assertTrue(sts.getCallerIdentity().arn().endsWith(":user/admin"));
            assertEquals(0, guarded.stops.get());
            allowed.set(PolicySet.ofIdentity(List.of(PolicyDocument.parse("""
                    {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ec2:StopInstances",
                     "Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"127.0.0.1"}}}}""", PolicyDocument.Kind.IDENTITY))));
            refused(
                    "DryRunOperation",
                    412,
                    () -> ec2.stopInstances(stop -> stop.instanceIds("i-1").dryRun(true)));
            assertEquals(0, guarded.stops.get());
            ec2.stopInstances(stop -> stop.instanceIds("i-1"));
            assertEquals(1, guarded.stops.get());
            refused("UnauthorizedOperation", 403, ec2::describeRegions);
        }
    }

    @Test
    void usersAndKeysComeAndGo() {
        try (var iam = client(IamClient.builder(), good, door.uri())) {
            assertEquals("admin", iam.getUser().user().userName());
            iam.createUser(user -> user.userName("bob"));
            assertEquals(2, iam.listUsers().users().size());
            assertEquals(
                    2,
                    iam.listUsersPaginator(page -> page.maxItems(1)).users().stream()
                            .count());
            var key = iam.createAccessKey(user -> user.userName("bob")).accessKey();
            var bob = AwsBasicCredentials.create(key.accessKeyId(), key.secretAccessKey());
            try (var sts = client(StsClient.builder(), bob, door.uri())) {
                assertTrue(sts.getCallerIdentity().arn().endsWith(":user/bob"));
            }
            assertEquals(
                    key.accessKeyId(),
                    iam.listAccessKeys(user -> user.userName("bob"))
                            .accessKeyMetadata()
                            .getFirst()
                            .accessKeyId());
            iam.deleteAccessKey(user -> user.userName("bob").accessKeyId(key.accessKeyId()));
            try (var sts = client(StsClient.builder(), bob, door.uri())) {
                refused("InvalidClientTokenId", 403, sts::getCallerIdentity);
            }
            iam.deleteUser(user -> user.userName("bob"));
            refused("NoSuchEntity", 404, () -> iam.getUser(user -> user.userName("bob")));
        }
    }

    @Test
    void aWrongSecretIsRefusedInTheWordsOfTheService() {
        var wrong = AwsBasicCredentials.create(good.accessKeyId(), "wrong");
        var nobody = AwsBasicCredentials.create("AKIANOBODYNOBODY1234", "wrong");
        try (var ec2 = client(Ec2Client.builder(), wrong, door.uri());
                var unknown = client(Ec2Client.builder(), nobody, door.uri());
                var sts = client(StsClient.builder(), wrong, door.uri())) {
            // Java's HttpURLConnection drops the body of a 401, so the code AuthFailure is looked at through boto3.
            assertEquals(
                    401,
                    assertThrows(AwsServiceException.class, ec2::describeRegions)
                            .statusCode());
            assertEquals(
                    401,
                    assertThrows(AwsServiceException.class, unknown::describeRegions)
                            .statusCode());
            refused("SignatureDoesNotMatch", 403, sts::getCallerIdentity);
        }
        var lines = door.refusals;
        for (var line : List.of(
                "EC2 DescribeRegions of account - refused: 401 AuthFailure",
                "STS GetCallerIdentity of account - refused: 403 SignatureDoesNotMatch")) {
            assertTrue(lines.stream().anyMatch(each -> each.contains(line)), lines::toString);
        }
        assertFalse(lines.toString().contains(good.secretAccessKey()), "a secret is in the log");
    }

    @Test
    void aRequestOfYesterdayIsRefused() {
        try (var ec2 = client(Ec2Client.builder(), good, doorOfTomorrow.uri());
                var sts = client(StsClient.builder(), good, doorOfTomorrow.uri())) {
            refused("RequestExpired", 400, ec2::describeRegions);
            refused("SignatureDoesNotMatch", 403, sts::getCallerIdentity);
        }
    }

    @Test
    void dryRunNeverReachesTheHandler() {
        try (var ec2 = client(Ec2Client.builder(), good, door.uri())) {
            var before = door.stops.get();
            refused(
                    "DryRunOperation",
                    412,
                    () -> ec2.stopInstances(stop -> stop.instanceIds("i-1").dryRun(true)));
            assertEquals(before, door.stops.get());
            ec2.stopInstances(stop -> stop.instanceIds("i-1").dryRun(false));
            assertEquals(before + 1, door.stops.get());
        }
    }

    @Test
    void whatNobodyCarriesOutIsSaidSo() {
        try (var ec2 = client(Ec2Client.builder(), good, door.uri())) {
            var error = refused("UnsupportedOperation", 400, ec2::describeClientVpnEndpoints);
            assertTrue(message(error).contains("DescribeClientVpnEndpoints"), message(error));
        }
    }

    @Test
    void faultsOfOursTellTheRequestIdAndNothingElse() {
        try (var ec2 = client(Ec2Client.builder(), good, door.uri())) {
            var error = refused("InternalError", 500, ec2::describeVpcs);
            assertTrue(message(error).contains(error.requestId()), message(error));
            assertFalse(message(error).contains("secret detail"));
            refused("ServiceUnavailable", 503, () -> ec2.describeVpcs(vpc -> vpc.vpcIds("vpc-database")));
        }
    }

    @Test
    void anUnsignedRequestIsToldSo() throws Exception {
        var answer = send(HttpRequest.newBuilder(door.uri().resolve("/?Action=DescribeRegions&Version=2016-11-15")));
        assertEquals(403, answer.statusCode());
        assertTrue(answer.body().contains("<Code>MissingAuthenticationToken</Code>"), answer.body());
        var id = answer.headers().firstValue("x-amzn-RequestId").orElseThrow();
        assertTrue(answer.body().contains("<RequestID>" + id + "</RequestID>"), answer.body());
        var sts = send(post("Action=GetCallerIdentity&Version=2011-06-15"));
        assertTrue(sts.body().startsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse"), sts.body());
    }

    @Test
    void malformedRequestsAreRefused() throws Exception {
        assertTrue(send(post("Action=%zz")).body().contains("<Code>MalformedQueryString</Code>"));
        assertTrue(send(post("a=b&".repeat(30_000))).body().contains("<Code>RequestEntityTooLarge</Code>"));
        var many = new StringBuilder("Action=DescribeRegions");
        for (int i = 0; i < 1_001; i++) {
            many.append("&p").append(i).append("=1");
        }
        assertTrue(send(post(many.toString())).body().contains("<Code>MalformedQueryString</Code>"));
    }

    @Test
    void otherRoutesAreNotSwallowed() throws Exception {
        assertEquals(
                "UP",
                send(HttpRequest.newBuilder(door.uri().resolve("/q/health"))).body());
        assertEquals(
                404,
                send(HttpRequest.newBuilder(door.uri().resolve("/api/v1/nothing")))
                        .statusCode());
    }

    @Test
    void withoutAnObjectStoreS3SaysTryAgain() throws Exception {
        var answer = send(HttpRequest.newBuilder(door.uri().resolve("/bucket/key")));
        assertEquals(503, answer.statusCode());
        assertTrue(answer.body().contains("<Code>ServiceUnavailable</Code>"), answer.body());
    }

    private static HttpRequest.Builder post(String form) {
        return HttpRequest.newBuilder(door.uri().resolve("/"))
                .header("Content-Type", FORM)
                .POST(BodyPublishers.ofString(form));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request.timeout(Duration.ofMinutes(1)).build(), BodyHandlers.ofString());
        }
    }

    private static String message(AwsServiceException error) {
        return error.awsErrorDetails().errorMessage();
    }

    private static AwsServiceException refused(String code, int status, Executable call) {
        var error = assertThrows(AwsServiceException.class, call);
        assertEquals(code, error.awsErrorDetails().errorCode());
        assertEquals(status, error.statusCode());
        return error;
    }

    private static <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(
            B builder, AwsBasicCredentials key, URI endpoint) {
        return builder.httpClientBuilder(UrlConnectionHttpClient.builder())
                .region(Region.US_EAST_1)
                .endpointOverride(endpoint)
                .credentialsProvider(StaticCredentialsProvider.create(key))
                .overrideConfiguration(override -> override.retryStrategy(retry -> retry.maxAttempts(1)))
                .build();
    }
}
