package io.coppice.cloud.compute;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.place.TestSite;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.proto.cluster.v1.Host;
import io.coppice.proto.cluster.v1.HostState;
import io.coppice.proto.node.v1.Capacity;
import io.coppice.wire.error.AwsException;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Subnet;

/** If this fails, launches that name no zone wait in a full or dead one while another has room, or miss their subnet's zone. */
class RoomiestZoneTest {
    private static final TestDatabase DATABASE = NetworkFixture.database(Instance.class, Reservation.class);
    private static final InstanceTypes.Type TYPE = new InstanceTypes.Type("m1.small", 4, 1024, 0);

    private final NetworkFixture cloud = new NetworkFixture(
            DATABASE, Map.of("coppice.zones.cluster.us-east-1b", "b:8775", "coppice.zones.ebs.us-east-1b", "b:8776"));
    private final AtomicReference<String> impaired = new AtomicReference<>("");
    private final LaunchZones zones =
            new RoomiestZone(DATABASE, TestSite.twoZones(), zone -> zone.equals(impaired.get()), name -> TYPE);

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate(NetworkFixture.TABLES);
        DATABASE.truncate("hosts", "instances", "reservations");
    }

    private String chosen(Consumer<RunInstancesRequest.Builder> changes) {
        var request = RunInstancesRequest.builder();
        changes.accept(request);
        return zones.of(ALICE, request.build());
    }

    private static void host(String zone, int vcpus, int used) {
        DATABASE.run(entities -> new HostRows(Clock.systemUTC())
                .save(
                        entities,
                        Host.newBuilder()
                                .setNodeId("node-" + zone + vcpus)
                                .setZone(zone)
                                .setState(HostState.HOST_STATE_UP)
                                .setCapacity(
                                        Capacity.newBuilder().setVcpus(vcpus).setMemoryMib(65_536))
                                .setUsed(Capacity.newBuilder().setVcpus(used))
                                .build()));
    }

    private Subnet defaultSubnet(String zone) {
        return cloud
                .call(
                        DescribeSubnetsResponse.class,
                        DescribeSubnetsRequest.builder().build())
                .subnets()
                .stream()
                .filter(subnet -> subnet.availabilityZone().equals(zone))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theZoneWithRoomIsTaken() {
        host("us-east-1a", 16, 14);
        host("us-east-1b", 8, 0);
        assertEquals("us-east-1b", chosen(request -> {}));
        assertEquals("us-east-1a", chosen(request -> request.placement(p -> p.availabilityZone("us-east-1a"))));
    }

    /** Two small gaps are more processors than one large one, and of no use. */
    @Test
    void aZoneWhereTheTypeFitsOntoAHostGoesBeforeOneWithMoreProcessors() {
        host("us-east-1a", 16, 13);
        host("us-east-1a", 17, 14);
        host("us-east-1b", 4, 0);
        assertEquals("us-east-1b", chosen(request -> {}));
    }

    @Test
    void aZoneThatIsAwayIsTheLastChoice() {
        host("us-east-1a", 16, 14);
        host("us-east-1b", 8, 0);
        impaired.set("us-east-1b");
        assertEquals("us-east-1a", chosen(request -> {}));
    }

    @Test
    void theZoneOfWhatIsNamedIsTaken() {
        host("us-east-1a", 16, 0);
        var subnet = defaultSubnet("us-east-1b").subnetId();
        var networkInterface = cloud.call(
                        CreateNetworkInterfaceResponse.class,
                        CreateNetworkInterfaceRequest.builder().subnetId(subnet).build())
                .networkInterface()
                .networkInterfaceId();
        assertEquals("us-east-1b", chosen(request -> request.subnetId(subnet)));
        assertEquals("us-east-1b", chosen(request -> request.networkInterfaces(i -> i.subnetId(subnet))));
        assertEquals(
                "us-east-1b",
                chosen(request -> request.networkInterfaces(i -> i.networkInterfaceId(networkInterface))));
        // Another account's subnet says nothing: it will be refused.
        assertEquals(
                "us-east-1a",
                zones.of(BOB, RunInstancesRequest.builder().subnetId(subnet).build()));
    }

    @Test
    void aZoneWithoutDefaultSubnetIsNotChosen() {
        host("us-east-1a", 4, 0);
        host("us-east-1b", 8, 0);
        cloud.call(
                DeleteSubnetResponse.class,
                DeleteSubnetRequest.builder()
                        .subnetId(defaultSubnet("us-east-1b").subnetId())
                        .build());
        assertEquals("us-east-1a", chosen(request -> {}));
    }

    @Test
    void zonesThatAreNoneAreRefusedAndOneZoneAsksNobody() {
        assertEquals(
                "InvalidParameterValue",
                assertThrows(
                                AwsException.class,
                                () -> chosen(request -> request.placement(p -> p.availabilityZone("us-east-1c"))))
                        .code());
        var one = new RoomiestZone(DATABASE, new Zones(TestSite.config()), zone -> true, name -> {
            throw new AssertionError("there is nothing to choose");
        });
        assertEquals("us-east-1a", one.of(ALICE, RunInstancesRequest.builder().build()));
    }
}
