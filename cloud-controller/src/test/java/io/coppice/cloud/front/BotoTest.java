package io.coppice.cloud.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.cloud.identity.TestIdentity;
import io.coppice.foundation.rpc.Address;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, boto3 and with it the aws command line, ansible and a hundred scripts could not talk to the cloud. Its
 * model of the API and its parser are not the AWS SDK for Java's, so names that are wrong in one show in the other.
 */
class BotoTest {
    private static final String PYTHON = "/usr/bin/python3";

    @TempDir
    Path data;

    @Test
    void botoUnderstandsAnswersAndErrors() throws Exception {
        assumeTrue(run(List.of(PYTHON, "-c", "import boto3"), "", "", "").startsWith("0"), "python3-boto3 is missing");
        try (var identity = TestIdentity.start(data, Clock.systemUTC());
                var door = new TestDoor(identity, Clock.systemUTC(), new Address("127.0.0.1", 1))) {
            var script = """
                    import boto3, botocore
                    from botocore.config import Config
                    from botocore.exceptions import ClientError
                    import os
                    url = os.environ['ENDPOINT']
                    def client(service, **more):
                        return boto3.client(service, endpoint_url=url, region_name='RegionOne',
                                            config=Config(retries={'max_attempts': 0}), **more)
                    def code(call, **arguments):
                        try:
                            call(**arguments)
                            return 'no error'
                        except ClientError as e:
                            assert e.response['ResponseMetadata']['RequestId'], e.response
                            return '%s %d' % (e.response['Error']['Code'], e.response['ResponseMetadata']['HTTPStatusCode'])
                    ec2, iam, sts = client('ec2'), client('iam'), client('sts')
                    print(sts.get_caller_identity()['Arn'].split(':')[-1])
                    print(ec2.describe_regions()['Regions'][0]['RegionName'])
                    print(ec2.describe_volumes()['Volumes'])
                    print([u['UserName'] for u in iam.list_users()['Users']])
                    print(code(ec2.stop_instances, InstanceIds=['i-1'], DryRun=True))
                    print(code(ec2.describe_client_vpn_endpoints))
                    print(code(ec2.describe_vpcs))
                    print(code(iam.get_user, UserName='nobody'))
                    print(code(client('ec2', aws_secret_access_key='x', aws_access_key_id='x').describe_regions))
                    print(code(client('sts', aws_secret_access_key='x', aws_access_key_id='x').get_caller_identity))
                    """;
            var key = identity.credentials();
            assertEquals("""
                    0
                    user/admin
                    us-east-1
                    []
                    ['admin']
                    DryRunOperation 412
                    UnsupportedOperation 400
                    InternalError 500
                    NoSuchEntity 404
                    AuthFailure 401
                    InvalidClientTokenId 403
                    """, run(List.of(PYTHON, "-c", script), door.uri().toString(), key.id(), key.secret()));
        }
    }

    /** The exit status, then what it printed. */
    private static String run(List<String> command, String endpoint, String id, String secret)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("ENDPOINT", endpoint);
        builder.environment().put("AWS_ACCESS_KEY_ID", id);
        builder.environment().put("AWS_SECRET_ACCESS_KEY", secret);
        builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
        builder.environment().put("HOME", "/nonexistent");
        var process = builder.start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        return process.exitValue() + "\n" + output;
    }
}
