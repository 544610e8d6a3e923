package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceType;

/**
 * If this fails, the product's first promise is broken: one command raises a cloud in which an unmodified AWS client boots
 * real guests, and which a crash does not take them from.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RealCloudTest {
    private static final Duration STATE_LIMIT = Duration.ofMinutes(4);
    /** Methods without an order have Integer.MAX_VALUE / 2. */
    private static final int LAST = Integer.MAX_VALUE;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static CloudUnderTest cloud;

    @BeforeAll
    static void raise() {
        CloudUnderTest.assumePackaged();
        CloudUnderTest.assumeRealGuests();
        cloud = CloudUnderTest.up(folder.resolve("cloud"), "--hypervisor", "libvirt");
    }

    @AfterAll
    @SuppressWarnings("NullAway")
    static void remove() {
        if (cloud != null) {
            cloud.close();
        }
    }

    @Test
    @Order(1)
    void theDemoPasses() {
        var demo = cloud.coppice(CloudUnderTest.DEMO_LIMIT, "demo").orFail();
        assertTrue(demo.output().contains("nothing is left"), demo.output());
        assertEquals(Map.of(), HostProcesses.guests(cloud.data()), "guests are left");
    }

    @Test
    @Order(2)
    void botoTellsTheSameStory() {
        Story.tell(cloud, Story.REAL);
        eventually("end of all guests", STATE_LIMIT, () -> HostProcesses.guests(cloud.data()), Map::isEmpty);
    }

    @Test
    @Order(3)
    void aNetworkOfOnesOwnIsReachedAndLeftAndDeleted() {
        try (var outside = Outside.connect()) {
            Story.ofNetwork(cloud, outside.address());
        }
        eventually("end of all guests", STATE_LIMIT, () -> HostProcesses.guests(cloud.data()), Map::isEmpty);
        eventually("end of all networks", STATE_LIMIT, RealCloudTest::networks, List::isEmpty);
    }

    @Test
    @Order(4)
    void guestsOutliveACrashOfTheServer() {
        try (var ec2 = cloud.ec2()) {
            var ids = launch(ec2, 2);
            var before = HostProcesses.guests(cloud.data());
            assertEquals(2, before.size(), "one process for each guest: " + before);

            cloud.crashServer();
            assertEquals(before, HostProcesses.guests(cloud.data()), "guests went with the server");
            cloud.upAgain().orFail();

            eventually(
                    "running states",
                    STATE_LIMIT,
                    () -> states(ec2, ids),
                    states -> states.equals(List.of("running", "running")));
            assertEquals(
                    before, HostProcesses.guests(cloud.data()), "the same guests in the same processes, and no others");
            var living = ec2.describeInstances().reservations().stream()
                    .flatMap(reservation -> reservation.instances().stream())
                    .filter(instance -> !instance.state().nameAsString().equals("terminated"))
                    .map(Instance::instanceId)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(new TreeSet<>(ids), living, "an instance is doubled or lost");
            assertEquals(new TreeSet<>(before.values()), living, "a guest without an instance, or the reverse");

            ec2.terminateInstances(request -> request.instanceIds(ids));
            eventually("end of all guests", STATE_LIMIT, () -> HostProcesses.guests(cloud.data()), Map::isEmpty);
        }
    }

    @Test
    @Order(5)
    void aGuestThatDiedDuringTheCrashIsSeen() {
        try (var ec2 = cloud.ec2()) {
            var ids = launch(ec2, 1);
            cloud.crashServer();
            HostProcesses.guests(cloud.data()).keySet().forEach(pid -> ProcessHandle.of(pid)
                    .ifPresent(ProcessHandle::destroyForcibly));
            cloud.upAgain().orFail();
            eventually(
                    "stopped state", STATE_LIMIT, () -> states(ec2, ids), states -> states.equals(List.of("stopped")));
            ec2.terminateInstances(request -> request.instanceIds(ids));
            eventually(
                    "terminated state",
                    STATE_LIMIT,
                    () -> states(ec2, ids),
                    states -> states.equals(List.of("terminated")));
        }
    }

    @Test
    @Order(LAST)
    void resetLeavesNothing() {
        var settings = cloud.data().resolve("config/coppice.properties");
        var bridge = value(settings, "coppice.node.network.bridge");
        cloud.coppice(CloudUnderTest.COMMAND_LIMIT, "reset", "--yes").orFail();
        assertFalse(Files.exists(cloud.data()), "the data folder is still there");
        assertFalse(Files.exists(Path.of("/sys/class/net", bridge)), "the bridge " + bridge + " is still there");
        assertEquals(Map.of(), HostProcesses.naming(cloud.data()), "processes are left");
        assertEquals(List.of(), networksOf(bridge), "namespaces are left");
        var tables = Command.run(Duration.ofMinutes(1), Map.of(), List.of("nft", "list", "tables"))
                .orFail()
                .output();
        assertFalse(tables.contains(bridge), tables);
    }

    /** The namespaces of VPCs on this cloud's host. */
    private static List<String> networks() {
        return networksOf(value(cloud.data().resolve("config/coppice.properties"), "coppice.node.network.bridge"));
    }

    private static List<String> networksOf(String bridge) {
        return Command.run(Duration.ofMinutes(1), Map.of(), List.of("ip", "netns", "list"))
                .orFail()
                .output()
                .lines()
                .filter(line -> line.startsWith(bridge + "-"))
                .toList();
    }

    private static List<String> launch(Ec2Client ec2, int count) {
        var ids = ec2
                .runInstances(request -> request.imageId(cloud.sampleImageId())
                        .instanceType(InstanceType.M1_SMALL)
                        .minCount(count)
                        .maxCount(count))
                .instances()
                .stream()
                .map(Instance::instanceId)
                .toList();
        eventually("running states", STATE_LIMIT, () -> states(ec2, ids), states -> states.stream()
                .allMatch("running"::equals));
        return ids;
    }

    private static List<String> states(Ec2Client ec2, List<String> ids) {
        return ec2.describeInstances(request -> request.instanceIds(ids)).reservations().stream()
                .flatMap(reservation -> reservation.instances().stream())
                .map(instance -> instance.state().nameAsString())
                .toList();
    }

    private static String value(Path properties, String key) {
        var all = new java.util.Properties();
        try (var reader = Files.newBufferedReader(properties)) {
            all.load(reader);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return all.getProperty(key, "");
    }
}
