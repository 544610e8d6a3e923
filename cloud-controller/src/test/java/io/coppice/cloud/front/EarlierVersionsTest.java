package io.coppice.cloud.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.wire.query.QueryService;
import io.coppice.wire.query.ResponseWriter;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterface;
import software.amazon.awssdk.services.ec2.model.Reservation;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Tag;

/** If this fails, clients of old API versions (jclouds, boto 2, euca2ools) meet elements that they were not written for. */
class EarlierVersionsTest {
    private static final Instance INSTANCE = Instance.builder()
            .instanceId("i-00000000000000001")
            .imageId("ami-00000000000000001")
            .state(state -> state.code(16).name("running"))
            .privateDnsName("ip-172-31-0-4.us-east-1.internal")
            .publicDnsName("")
            .amiLaunchIndex(0)
            .instanceType("m1.small")
            .launchTime(Instant.parse("2026-01-01T00:00:00Z"))
            .placement(placement ->
                    placement.availabilityZone("us-east-1a").groupName("").tenancy("default"))
            .monitoring(monitoring -> monitoring.state("disabled"))
            .subnetId("subnet-00000000000000001")
            .vpcId("vpc-00000000000000001")
            .privateIpAddress("172.31.0.4")
            .architecture("x86_64")
            .rootDeviceType("ebs")
            .rootDeviceName("/dev/sda1")
            .blockDeviceMappings(device -> device.deviceName("/dev/sda1")
                    .ebs(ebs -> ebs.volumeId("vol-00000000000000001").status("attached")))
            .virtualizationType("hvm")
            .hypervisor("xen")
            .clientToken("token")
            .ebsOptimized(false)
            .sourceDestCheck(true)
            .enaSupport(true)
            .iamInstanceProfile(profile ->
                    profile.arn("arn:aws:iam::000000000001:instance-profile/p").id("AIPA"))
            .metadataOptions(options -> options.httpTokens("optional"))
            .cpuOptions(cpu -> cpu.coreCount(1).threadsPerCore(1))
            .tags(Tag.builder().key("Name").value("a").build())
            .securityGroups(group -> group.groupId("sg-00000000000000001").groupName("default"))
            .networkInterfaces(InstanceNetworkInterface.builder()
                    .networkInterfaceId("eni-00000000000000001")
                    .interfaceType("interface")
                    .groups(group -> group.groupId("sg-00000000000000001").groupName("default"))
                    .build())
            .build();

    private static final DescribeInstancesResponse ANSWER = DescribeInstancesResponse.builder()
            .reservations(Reservation.builder()
                    .reservationId("r-00000000000000001")
                    .ownerId("000000000001")
                    .groups(java.util.List.of())
                    .instances(INSTANCE)
                    .build())
            .build();

    @ParameterizedTest
    @ValueSource(strings = {"2009-11-30", "2010-06-15", "2011-01-01", "2012-06-01", "2014-10-01"})
    void everyVersionHasTheElementsOfItsTime(String version) {
        GoldenAnswers.checkXml(
                "DescribeInstances-" + version,
                new ResponseWriter(QueryService.EC2)
                        .write(
                                "DescribeInstances",
                                version,
                                EarlierVersions.asOf(version, ANSWER),
                                "5f2b2b7e-0000-4000-8000-000000000001"));
    }

    @Test
    void groupsStoodAtTheReservationOnce() {
        var launched = RunInstancesResponse.builder()
                .reservationId("r-00000000000000001")
                .instances(INSTANCE)
                .build();
        var then = (RunInstancesResponse) EarlierVersions.asOf("2010-08-31", launched);
        assertEquals("default", then.groups().getFirst().groupId());
        assertFalse(then.instances().getFirst().hasSecurityGroups());
        var later = (RunInstancesResponse) EarlierVersions.asOf("2012-06-01", launched);
        assertEquals(
                "sg-00000000000000001",
                later.instances().getFirst().securityGroups().getFirst().groupId());
    }

    @Test
    void todaysAnswersAreNotTouched() {
        assertSame(ANSWER, EarlierVersions.asOf("2016-11-15", ANSWER));
        assertSame(ANSWER, EarlierVersions.asOf("2026-01-01", ANSWER));
    }

    @Test
    void theTableNamesWhatThereIs() throws ReflectiveOperationException {
        for (var structure : EarlierVersions.table().entrySet()) {
            var builder = (SdkPojo) Class.forName("software.amazon.awssdk.services.ec2.model." + structure.getKey())
                    .getMethod("builder")
                    .invoke(null);
            for (var element : structure.getValue().entrySet()) {
                assertTrue(
                        EarlierVersions.has(builder, element.getKey()),
                        structure.getKey() + " has no " + element.getKey());
                assertTrue(element.getValue().matches("20[01][0-9]-[01][0-9]-[0-3][0-9]"), element.toString());
            }
        }
    }
}
