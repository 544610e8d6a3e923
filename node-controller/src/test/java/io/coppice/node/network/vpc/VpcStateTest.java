package io.coppice.node.network.vpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.vpc.VpcState.Reception;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.compute.v1.PublicAddress;
import io.coppice.proto.network.v1.EndpointLocation;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.NatGateway;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, a host would keep a VPC as it no longer is, or send packets to where interfaces once were. */
class VpcStateTest {
    private static final String RED = "vpc-00000000000000001";

    @TempDir
    Path folder;

    private VpcState state;

    @BeforeEach
    void openState() {
        var settings = new VpcSettings(
                "node-1",
                Optional.empty(),
                "bridge",
                Optional.empty(),
                PublicAccess.OWN,
                Cidr.parse("198.18.0.0/16"),
                "198.18.0.1",
                Optional.empty(),
                "127.0.0.1",
                4789,
                Cidr.parse("169.254.64.0/18"),
                8780,
                Trunk.TUNNELS,
                Path.of("/etc/resolv.conf"));
        state = new VpcState(RED, settings, new GuestNumbers(settings.linkRange()), new VpcFiles(folder));
    }

    @Test
    void theSameGenerationWithOtherContentIsNews() throws IOException {
        var vpc = Vpc.newBuilder().setVpcId(RED).setGeneration(5).addNatGateways(gateway("node-1"));
        assertTrue(state.accept(vpc.build()));
        assertFalse(state.accept(vpc.build()), "nothing new");
        assertTrue(state.accept(vpc.setNatGateways(0, gateway("node-2")).build()), "its host was lost");
        assertFalse(state.accept(vpc.setGeneration(4).build()), "older");
        assertTrue(state.accept(
                Vpc.newBuilder().setVpcId(RED).setGeneration(5).setDeleted(true).build()));
        assertTrue(state.isOver());
    }

    @Test
    void halfAPictureDoesNotMixWithTheNext() throws IOException {
        state.accept(Vpc.newBuilder().setVpcId(RED).setGeneration(1).build());
        assertEquals(Reception.NOTHING_YET, state.accept(part(4, "eni-old", true)));
        assertEquals(Reception.NOTHING_YET, state.accept(part(1, "eni-first", true)));
        assertEquals(Reception.NEWS, state.accept(part(2, "eni-second", false)));
        assertEquals(2, state.sequence());
        var view = state.view("namespace", 1450).orElseThrow();
        assertEquals(Set.of("eni-first", "eni-second"), view.faces().keySet());
    }

    @Test
    void whatIsOnItsWayStaysWhereItIsUntilItHasCome() throws IOException {
        state.accept(Vpc.newBuilder().setVpcId(RED).setGeneration(1).build());
        var instance = InstanceId.random();
        var endpoint = NetworkEndpoint.newBuilder()
                .setNetworkInterfaceId("eni-moving")
                .setMac("02:00:00:00:00:01")
                .setPrivateIpv4("10.0.0.10")
                .addPublicAddresses(
                        PublicAddress.newBuilder().setPrivateIpv4("10.0.0.10").setPublicIpv4("198.18.0.50"))
                .build();
        state.accept(EndpointUpdate.newBuilder()
                .setVpcId(RED)
                .setSequence(1)
                .setFull(true)
                .addPresent(EndpointLocation.newBuilder()
                        .setNetworkInterfaceId("eni-moving")
                        .setNodeId("node-2")
                        .setNodeAddress("172.30.0.2"))
                .build());
        state.put(instance, List.of(endpoint));
        assertTrue(state.change(instance, local -> local.withArriving(true)));
        state.keepInterfaces();
        openState();
        state.load();
        state.accept(Vpc.newBuilder().setVpcId(RED).setGeneration(1).build());
        var expecting = state.view("namespace", 1450).orElseThrow();
        assertEquals(List.of("172.30.0.2"), hosts(expecting), "after a restart, too");
        assertEquals(Map.of(), expecting.publicByPrivate());
        assertEquals(1, expecting.locals().size());

        assertTrue(state.change(instance, local -> local.withArriving(false)));
        openState();
        state.load();
        state.accept(Vpc.newBuilder().setVpcId(RED).setGeneration(1).build());
        var here = state.view("namespace", 1450).orElseThrow();
        assertEquals(List.of(""), hosts(here));
        assertEquals(Map.of("10.0.0.10", "198.18.0.50"), here.publicByPrivate());
    }

    private static List<String> hosts(VpcView view) {
        return view.faces().values().stream().map(Face::host).toList();
    }

    private static NatGateway.Builder gateway(String node) {
        return NatGateway.newBuilder().setNatGatewayId("nat-00000000000000001").setNodeId(node);
    }

    private static EndpointUpdate part(long sequence, String interfaceId, boolean more) {
        return EndpointUpdate.newBuilder()
                .setVpcId(RED)
                .setSequence(sequence)
                .setFull(true)
                .addPresent(EndpointLocation.newBuilder()
                        .setNetworkInterfaceId(interfaceId)
                        .setSubnetId("subnet-1")
                        .setMac("02:00:00:00:00:01")
                        .addPrivateIpv4("10.0.0.9")
                        .setNodeId("node-9")
                        .setNodeAddress("10.1.0.9"))
                .setMore(more)
                .build();
    }
}
