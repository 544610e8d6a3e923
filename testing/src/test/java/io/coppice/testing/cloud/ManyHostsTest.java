package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Instance;

/** If this fails, a cloud of several hosts does not come up, run guests on them, or go without a trace. */
@Tag("full")
class ManyHostsTest {
    private static final Duration BOOT_LIMIT = Duration.ofMinutes(5);
    private static final int SSH = 22;
    private static final int CONNECT_MILLIS = 5_000;

    /** From small to large, in bytes: the first that is more than half of a host fills it, so the next guest goes elsewhere. */
    private static final List<Map.Entry<String, Long>> TYPES = List.of(
            Map.entry("t2.small", 2L << 30),
            Map.entry("t2.medium", 4L << 30),
            Map.entry("t2.large", 8L << 30),
            Map.entry("r5.large", 16L << 30));

    @Test
    void guestsRunOnTwoHostsInNamespaces(@TempDir Path folder) {
        CloudUnderTest.assumePackaged();
        CloudUnderTest.assumeRealGuests();
        var data = folder.resolve("cloud");
        try (var cloud = CloudUnderTest.up(data, "--hypervisor", "libvirt", "--hosts", "2")) {
            var demo = cloud.coppice(CloudUnderTest.DEMO_LIMIT, "demo").orFail();
            assertTrue(demo.output().contains("nothing is left"), demo.output());
            oneGuestOnEach(cloud);
        }
        assertEquals(
                Map.of(),
                eventually(
                        "end of all processes", Duration.ofMinutes(1), () -> HostProcesses.naming(data), Map::isEmpty));
    }

    /** Both answer, though they are on different hosts, before and after the control plane was away. */
    private static void oneGuestOnEach(CloudUnderTest cloud) {
        try (var ec2 = cloud.ec2()) {
            var group = groupForShell(ec2);
            var instances = ec2.runInstances(request -> request.imageId(cloud.sampleImageId())
                            .instanceType(fillingType())
                            .securityGroupIds(group)
                            .minCount(2)
                            .maxCount(2))
                    .instances();
            var addresses = publicAddresses(
                    ec2, instances.stream().map(Instance::instanceId).toList());
            awaitSsh(addresses);
            var before = HostProcesses.guests(cloud.data());
            assertEquals(1, guestsOn(cloud, 1), "guests of host 1: " + before);
            assertEquals(1, guestsOn(cloud, 2), "guests of host 2: " + before);

            cloud.coppice(CloudUnderTest.COMMAND_LIMIT, "down").orFail();
            assertEquals(before, HostProcesses.guests(cloud.data()), "guests went with the control plane");
            cloud.upAgain().orFail();
            eventually("running guests", BOOT_LIMIT, () -> running(ec2), count -> count == 2);
            assertEquals(before, HostProcesses.guests(cloud.data()), "other guests than before");
            awaitSsh(addresses);
        }
    }

    private static String groupForShell(Ec2Client ec2) {
        var group = ec2.createSecurityGroup(
                        request -> request.groupName("shell").description("reached by SSH"))
                .groupId();
        ec2.authorizeSecurityGroupIngress(request -> request.groupId(group)
                .ipProtocol("tcp")
                .fromPort(SSH)
                .toPort(SSH)
                .cidrIp("0.0.0.0/0"));
        return group;
    }

    private static List<String> publicAddresses(Ec2Client ec2, List<String> instances) {
        return ec2.describeInstances(request -> request.instanceIds(instances)).reservations().stream()
                .flatMap(reservation -> reservation.instances().stream())
                .map(Instance::publicIpAddress)
                .toList();
    }

    private static int guestsOn(CloudUnderTest cloud, int host) {
        return HostProcesses.guests(cloud.data().resolve("nodes").resolve(Integer.toString(host)))
                .size();
    }

    private static long running(Ec2Client ec2) {
        return ec2.describeInstances().reservations().stream()
                .flatMap(reservation -> reservation.instances().stream())
                .filter(instance -> instance.state().nameAsString().equals("running"))
                .count();
    }

    private static String fillingType() {
        var machine = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var half = machine.getTotalMemorySize() / 2;
        return TYPES.stream()
                .filter(type -> type.getValue() > half)
                .findFirst()
                .orElse(TYPES.getLast())
                .getKey();
    }

    private static void awaitSsh(List<String> addresses) {
        for (var address : addresses) {
            eventually("ssh at " + address, BOOT_LIMIT, () -> greeting(address), text -> text.startsWith("SSH-"));
        }
    }

    /** The first words of the guest's SSH server (RFC 4253, 4.2), or why there are none. */
    private static String greeting(String address) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, SSH), CONNECT_MILLIS);
            socket.setSoTimeout(CONNECT_MILLIS);
            return new String(socket.getInputStream().readNBytes("SSH-".length()), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
