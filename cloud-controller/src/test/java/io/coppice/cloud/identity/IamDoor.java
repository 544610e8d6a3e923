package io.coppice.cloud.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.cloud.access.TestAccess;
import io.coppice.cloud.front.TestDoor;
import io.coppice.foundation.rpc.Address;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iam.IamClient;

/** A users' door on a database of its own, and AWS's IAM client in front of it as the first administrator: a fixture. */
final class IamDoor implements AutoCloseable {
    /** A role that instances may become. */
    static final String EC2_TRUST = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},\
            "Action":"sts:AssumeRole"}]}""";

    /** Allows to see instances. */
    static final String SEE_INSTANCES = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:DescribeInstances","Resource":"*"}]}""";

    private final TestIdentity identity;
    private final TestDoor door;
    private final IamClient admin;
    private final String account;
    private volatile String lastXml = "";

    IamDoor(Path dataDir) throws Exception {
        this(dataDir, Clock.systemUTC());
    }

    IamDoor(Path dataDir, Clock clock) throws Exception {
        identity = TestIdentity.start(dataDir, clock);
        door = new TestDoor(
                identity, Clock.systemUTC(), new Address("127.0.0.1", 1), TestAccess.by(identity.policies()));
        admin = client(identity.credentials().id(), identity.credentials().secret());
        account = admin.getUser().user().arn().split(":")[4];
    }

    TestIdentity identity() {
        return identity;
    }

    /** The administrator's client. */
    IamClient admin() {
        return admin;
    }

    /** Somebody's client. */
    IamClient client(String accessKeyId, String secret) {
        return IamClient.builder()
                .endpointOverride(door.uri())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKeyId, secret)))
                .httpClient(UrlConnectionHttpClient.create())
                .overrideConfiguration(config -> config.retryStrategy(retry -> retry.maxAttempts(1))
                        .addExecutionInterceptor(new Recorder()))
                .build();
    }

    /** The account of the administrator, twelve digits. */
    String account() {
        return account;
    }

    /** Checks that a call is refused with this code and status. */
    static AwsServiceException refused(String code, int status, Executable call) {
        var error = assertThrows(AwsServiceException.class, call);
        assertEquals(code, error.awsErrorDetails().errorCode(), error.getMessage());
        assertEquals(status, error.statusCode(), error.getMessage());
        return error;
    }

    /** The last answer as it came over the wire, with what differs from run to run replaced. */
    String lastXml() {
        return lastXml.replaceAll("<RequestId>[^<]*", "<RequestId>REQUEST")
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]*Z", "TIME")
                .replaceAll("A(IDA|GPA|ROA|NPA|IPA|KIA)[A-Z2-7]{16,17}", "A$1UNIQUE")
                .replace(account, "123456789012");
    }

    /** Keeps the body of every answer. */
    private final class Recorder implements ExecutionInterceptor {
        @Override
        public Optional<InputStream> modifyHttpResponseContent(
                Context.ModifyHttpResponse response, ExecutionAttributes attributes) {
            return response.responseBody().map(body -> {
                try (body) {
                    var bytes = body.readAllBytes();
                    lastXml = new String(bytes, StandardCharsets.UTF_8);
                    return new ByteArrayInputStream(bytes);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    @Override
    public void close() throws Exception {
        admin.close();
        door.close();
        identity.close();
    }
}
