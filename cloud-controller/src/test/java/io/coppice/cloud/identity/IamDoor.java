package io.coppice.cloud.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.cloud.access.TestAccess;
import io.coppice.cloud.front.TestDoor;
import io.coppice.foundation.rpc.Address;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
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

    IamDoor(Path dataDir) throws Exception {
        this(dataDir, Clock.systemUTC());
    }

    IamDoor(Path dataDir, Clock clock) throws Exception {
        identity = TestIdentity.start(dataDir, clock);
        door = new TestDoor(
                identity, Clock.systemUTC(), new Address("127.0.0.1", 1), TestAccess.by(identity.policies()));
        admin = client(identity.credentials().id(), identity.credentials().secret());
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
                .overrideConfiguration(config -> config.retryStrategy(retry -> retry.maxAttempts(1)))
                .build();
    }

    /** The account of the administrator, twelve digits. */
    String account() {
        return admin.getUser().user().arn().split(":")[4];
    }

    /** Checks that a call is refused with this code and status. */
    static AwsServiceException refused(String code, int status, Executable call) {
        var error = assertThrows(AwsServiceException.class, call);
        assertEquals(code, error.awsErrorDetails().errorCode(), error.getMessage());
        assertEquals(status, error.statusCode(), error.getMessage());
        return error;
    }

    @Override
    public void close() throws Exception {
        admin.close();
        door.close();
        identity.close();
    }
}
