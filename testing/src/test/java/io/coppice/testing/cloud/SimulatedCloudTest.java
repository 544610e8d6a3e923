package io.coppice.testing.cloud;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.pki.Pem;
import io.coppice.support.BundleMaker;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.InstanceType;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * If this fails, a user on a machine without virtualization cannot raise a cloud, use it, get a helpful error from it, or be
 * rid of it.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SimulatedCloudTest {
    private static final String FORM = "Version=2016-11-15&Action=";
    /** Methods without an order have Integer.MAX_VALUE / 2. */
    private static final int LAST = Integer.MAX_VALUE;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static CloudUnderTest cloud;

    @SuppressWarnings("NullAway.Init")
    private static Map<String, String> environment;

    @BeforeAll
    static void raise() {
        cloud = CloudUnderTest.up(folder.resolve("cloud"), "--hypervisor", "simulated", "--hosts", "2");
        environment = cloud.environment();
    }

    @AfterAll
    @SuppressWarnings("NullAway")
    static void remove() {
        if (cloud != null) {
            cloud.close();
        }
    }

    @Test
    void theDemoPasses() {
        var demo = cloud.coppice(CloudUnderTest.DEMO_LIMIT, "demo").orFail();
        assertTrue(demo.output().contains("nothing is left"), demo.output());
    }

    @Test
    void botoTellsTheSameStory() {
        Story.tell(cloud, Story.SIMULATED);
    }

    @Test
    void aSecondUpChangesNothing() {
        var before = cloud.serverPid();
        var again = cloud.upAgain().orFail();
        assertTrue(again.output().contains("up already"), again.output());
        assertEquals(before, cloud.serverPid());
    }

    @Test
    void secretsAreReadableByTheirOwnerOnly() throws Exception {
        for (var name : new String[] {"credentials", "operator-token", "master.key"}) {
            var permissions = Files.getPosixFilePermissions(cloud.data().resolve(name));
            assertEquals(
                    "rw-------",
                    java.nio.file.attribute.PosixFilePermissions.toString(permissions),
                    () -> name + " can be read by others");
        }
    }

    @ParameterizedTest(name = "{0} → {1} {2}")
    @CsvSource({
        "DescribeNothing, 400, InvalidAction",
        "CreateCapacityReservation, 400, UnsupportedOperation",
        "DescribeInstances&InstanceId.1=i-0123456789abcdef0, 400, InvalidInstanceID.NotFound",
        "DescribeInstances&InstanceId.1=banana, 400, InvalidInstanceID.Malformed",
        "TerminateInstances&InstanceId.1=i-0123456789abcdef0, 400, InvalidInstanceID.NotFound",
        "DescribeImages&ImageId.1=ami-0123456789abcdef0, 400, InvalidAMIID.NotFound",
        "DescribeVolumes&VolumeId.1=vol-0123456789abcdef0, 400, InvalidVolume.NotFound",
        "DescribeInstances&MaxResults=many, 400, InvalidParameterValue",
        "DescribeInstances&Filter.1.Name=colour&Filter.1.Value.1=red, 400, InvalidParameterValue",
        "RunInstances&ImageId=ami-0123456789abcdef0&MinCount=1&MaxCount=1, 400, InvalidAMIID.NotFound",
        "DescribeRegions&DryRun=true, 412, DryRunOperation"
    })
    void badRequestsGetTheCodesOfAws(String query, int status, String code) {
        check(requests().send(FORM + query, accessKey(), secretKey(), Clock.systemUTC()), status, code);
    }

    @Test
    void signaturesAreVerified() {
        var late = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-20));
        var form = FORM + "DescribeRegions";
        assertAll(
                () -> check(requests().send(form, accessKey(), "wrong", Clock.systemUTC()), 401, "AuthFailure"),
                () -> check(
                        requests().send(form, "AKIAAAAAAAAAAAAAAAAA", secretKey(), Clock.systemUTC()),
                        401,
                        "AuthFailure"),
                () -> check(requests().send(form, accessKey(), secretKey(), late), 400, "RequestExpired"),
                () -> check(requests().sendUnsigned(form), 403, "MissingAuthenticationToken"),
                () -> assertEquals(
                        200,
                        requests()
                                .send(form, accessKey(), secretKey(), Clock.systemUTC())
                                .status()));
    }

    @Test
    void whatIsNoImageIsRefusedAndLeavesNothing() {
        var bucket = "not-an-image-" + ProcessHandle.current().pid();
        try (var s3 = cloud.s3();
                var ec2 = cloud.ec2()) {
            s3.createBucket(request -> request.bucket(bucket));
            // Neither a qcow2 header nor a whole number of sectors.
            s3.putObject(request -> request.bucket(bucket).key("essay.txt"), RequestBody.fromString("no disk"));
            var missing = assertThrows(
                    Ec2Exception.class,
                    () -> ec2.registerImage(request -> request.name("missing").imageLocation(bucket + "/absent")));
            var essay = assertThrows(
                    Ec2Exception.class,
                    () -> ec2.registerImage(request -> request.name("essay").imageLocation(bucket + "/essay.txt")));
            assertTrue(missing.statusCode() < 500, missing.getMessage());
            assertTrue(essay.statusCode() < 500, essay.getMessage());
            assertTrue(
                    ec2.describeImages(request -> request.owners("self")).images().stream()
                            .noneMatch(
                                    image -> Arrays.asList("missing", "essay").contains(image.name())),
                    "a refused image is listed");
            s3.deleteObject(request -> request.bucket(bucket).key("essay.txt"));
            s3.deleteBucket(request -> request.bucket(bucket));
            var gone = assertThrows(S3Exception.class, () -> s3.listObjectsV2(request -> request.bucket(bucket)));
            assertEquals("NoSuchBucket", gone.awsErrorDetails().errorCode());
        }
    }

    @Test
    void aBundleOfAUserOfTheAccountBecomesAnImage() throws Exception {
        var bucket = "bundles-" + ProcessHandle.current().pid();
        var certificate = Files.readString(cloud.data().resolve("walrus").resolve("bundle-certificate.pem"));
        var maker = new BundleMaker(certificate);
        var disk = new byte[2 * 1024 * 1024];
        new Random(1).nextBytes(disk);
        // The end of a boot sector: without one it would be no disk.
        disk[510] = 0x55;
        disk[511] = (byte) 0xAA;
        try (var s3 = cloud.s3();
                var ec2 = cloud.ec2();
                var iam = cloud.iam()) {
            s3.createBucket(request -> request.bucket(bucket));
            maker.bundle("disk.img", disk, disk.length, 512 * 1024)
                    .forEach((name, bytes) ->
                            s3.putObject(request -> request.bucket(bucket).key(name), RequestBody.fromBytes(bytes)));
            var location = bucket + "/disk.img.manifest.xml";
            var stranger = assertThrows(
                    Ec2Exception.class,
                    () -> ec2.registerImage(request -> request.name("bundled").imageLocation(location)));
            assertTrue(String.valueOf(stranger.getMessage()).contains("sign"), stranger.getMessage());

            var signer = iam.uploadSigningCertificate(
                            request -> request.certificateBody(Pem.encode(List.of(maker.signer()))))
                    .certificate();
            var image = ec2.registerImage(request -> request.name("bundled").imageLocation(location))
                    .imageId();
            ec2.waiter().waitUntilImageAvailable(request -> request.imageIds(image));
            var run = ec2.runInstances(request -> request.imageId(image)
                            .instanceType(InstanceType.M1_SMALL)
                            .minCount(1)
                            .maxCount(1))
                    .instances()
                    .getFirst()
                    .instanceId();
            ec2.waiter().waitUntilInstanceRunning(request -> request.instanceIds(run));
            ec2.terminateInstances(request -> request.instanceIds(run));
            ec2.waiter().waitUntilInstanceTerminated(request -> request.instanceIds(run));
            ec2.deregisterImage(request -> request.imageId(image));
            iam.deleteSigningCertificate(request -> request.certificateId(signer.certificateId()));
            s3.listObjectsV2(request -> request.bucket(bucket))
                    .contents()
                    .forEach(each ->
                            s3.deleteObject(request -> request.bucket(bucket).key(each.key())));
            s3.deleteBucket(request -> request.bucket(bucket));
        }
    }

    @Test
    @Order(LAST - 1)
    void aTakenPortIsNamedWithItsFix() throws Exception {
        var port = URI.create(value("AWS_ENDPOINT_URL")).getPort();
        cloud.coppice(CloudUnderTest.COMMAND_LIMIT, "down").orFail();
        try (var taken = new java.net.ServerSocket(port, 1, java.net.InetAddress.getLoopbackAddress())) {
            var refused = cloud.upAgain();
            assertNotEquals(0, refused.status(), refused.output());
            assertTrue(refused.output().contains(Integer.toString(taken.getLocalPort())), refused.output());
            assertTrue(refused.output().contains("fix"), refused.output());
        }
        cloud.upAgain().orFail();
    }

    @Test
    @Order(LAST)
    void resetLeavesNothing() {
        cloud.coppice(CloudUnderTest.COMMAND_LIMIT, "reset", "--yes").orFail();
        assertFalse(Files.exists(cloud.data()), "the data folder is still there");
        assertEquals(Map.of(), HostProcesses.naming(cloud.data()), "processes are left");
    }

    private static void check(SignedRequests.Answer answer, int status, String code) {
        assertEquals(code, answer.code(), answer::body);
        assertEquals(status, answer.status(), answer::body);
        assertTrue(answer.hasRequestId(), answer::body);
    }

    private static SignedRequests requests() {
        return new SignedRequests(URI.create(value("AWS_ENDPOINT_URL")), value("AWS_REGION"));
    }

    private static String accessKey() {
        return value("AWS_ACCESS_KEY_ID");
    }

    private static String secretKey() {
        return value("AWS_SECRET_ACCESS_KEY");
    }

    private static String value(String name) {
        return environment.getOrDefault(name, "");
    }
}
