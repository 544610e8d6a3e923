package io.coppice.cluster.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.NodeId;
import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.Heartbeat;
import io.coppice.proto.node.v1.Inventory;
import io.coppice.proto.node.v1.PublicNetwork;
import io.coppice.proto.node.v1.PublicTunnels;
import io.coppice.proto.node.v1.TunnelEnd;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, hosts without the public network would be led to hosts that are not there, or would not be led at all. */
class PublicWaysTest {
    private static final Inventory NOTHING = Inventory.getDefaultInstance();

    @TempDir
    private Path folder;

    private NetworkModel model;

    @BeforeEach
    void openZone() throws IOException {
        model = new NetworkModel(folder);
    }

    private NodeId gateway() {
        return model.host(PublicNetwork.PUBLIC_NETWORK_HERE);
    }

    private NodeId inner() {
        return model.host(PublicNetwork.PUBLIC_NETWORK_ELSEWHERE);
    }

    /** What a host was told last. */
    private PublicTunnels tunnels(NodeId node) {
        return model.view(node).sent().stream()
                .filter(ClusterMessage::hasPublicTunnels)
                .map(ClusterMessage::getPublicTunnels)
                .reduce((before, after) -> after)
                .orElseThrow();
    }

    private List<String> gatewaysOf(NodeId node) {
        return tunnels(node).getGatewaysList().stream()
                .map(TunnelEnd::getNodeId)
                .toList();
    }

    private List<String> servedBy(NodeId node) {
        return tunnels(node).getServedList().stream().map(TunnelEnd::getNodeId).toList();
    }

    private static NodeId[] except(List<NodeId> all, NodeId one) {
        return all.stream().filter(each -> !each.equals(one)).toArray(NodeId[]::new);
    }

    private void awayFor(Duration time, NodeId... alive) {
        model.pass(time.dividedBy(2), alive);
        model.pass(time.dividedBy(2), alive);
        model.distribute();
    }

    @Test
    void bothSidesAreToldAndAGatewayThatDiesIsReplacedByTheReserve() {
        var gateways = List.of(gateway(), gateway(), gateway());
        var inner = inner();
        var stranger = model.host();
        model.distribute();
        var before = gatewaysOf(inner);
        assertEquals(PublicSeats.GATEWAYS, before.size());
        before.forEach(each -> assertEquals(List.of(inner.value()), servedBy(new NodeId(each))));
        assertTrue(model.view(stranger).sent().stream().noneMatch(ClusterMessage::hasPublicTunnels), "not asked for");
        var first = new NodeId(before.getFirst());
        var alive = Stream.concat(Stream.of(except(gateways, first)), Stream.of(inner, stranger))
                .toArray(NodeId[]::new);
        awayFor(Duration.ofSeconds(12), alive);
        var after = gatewaysOf(inner);
        assertEquals(before.getLast(), after.getFirst(), "the reserve comes first");
        assertEquals(PublicSeats.GATEWAYS, after.size());
        assertTrue(!after.contains(first.value()));
        model.zone().heartbeat(first, Heartbeat.getDefaultInstance(), model.view(first));
        model.distribute();
        assertEquals(after, gatewaysOf(inner), "who comes back takes nothing");
        assertEquals(List.of(), servedBy(first));
    }

    @Test
    void aGatewayWithoutItsLinkLeadsNobody() {
        var gateways = List.of(gateway(), gateway());
        var inner = inner();
        model.distribute();
        var first = new NodeId(gatewaysOf(inner).getFirst());
        var lost = Heartbeat.newBuilder().setPublicNetwork(PublicNetwork.PUBLIC_NETWORK_LOST);
        model.zone().heartbeat(first, lost.build(), model.view(first));
        model.distribute();
        assertEquals(List.of(except(gateways, first)[0].value()), gatewaysOf(inner));
        assertEquals(List.of(), servedBy(first));
        var back = Heartbeat.newBuilder().setPublicNetwork(PublicNetwork.PUBLIC_NETWORK_HERE);
        model.zone().heartbeat(first, back.build(), model.view(first));
        model.distribute();
        assertEquals(List.of(except(gateways, first)[0].value(), first.value()), gatewaysOf(inner), "in reserve");
    }

    @Test
    void whenNoneIsUpAllStaysAndAnInnerHostThatIsAwayKeepsItsWay() {
        var gateway = gateway();
        var inner = inner();
        model.distribute();
        var told = model.view(inner).sent().size();
        awayFor(Duration.ofSeconds(12), inner);
        assertEquals(List.of(gateway.value()), gatewaysOf(inner), "it may be reached although it says nothing");
        assertEquals(told, model.view(inner).sent().size());
        awayFor(Duration.ofSeconds(12), gateway);
        assertEquals(List.of(inner.value()), servedBy(gateway));
    }

    @Test
    void aSessionThatBeginsAnewIsToldAgain() {
        var gateway = gateway();
        var inner = inner();
        model.distribute();
        var view = model.greet(inner, PublicNetwork.PUBLIC_NETWORK_ELSEWHERE);
        model.distribute();
        assertTrue(
                view.sent().stream().noneMatch(ClusterMessage::hasPublicTunnels), "not before it has told what it has");
        model.zone().inventory(inner, NOTHING, view);
        model.distribute();
        assertEquals(List.of(gateway.value()), gatewaysOf(inner));
    }

    @Test
    void gatewaysShareTheWorkAndTakeNoMoreThanTheyMay() {
        var hosts = new LinkedHashMap<NodeId, HostRecord>();
        IntStream.range(0, 4).forEach(number -> put(hosts, PublicNetwork.PUBLIC_NETWORK_HERE));
        IntStream.range(0, 200).forEach(number -> put(hosts, PublicNetwork.PUBLIC_NETWORK_ELSEWHERE));
        var seats = new PublicSeats(512).seat(hosts.values(), Map.of());
        var served = new HashMap<HostRecord, Integer>();
        seats.values().forEach(seat -> served.merge(seat.getFirst(), 1, Integer::sum));
        assertEquals(200, seats.size());
        assertTrue(served.values().stream().allMatch(count -> count > 20) && served.size() == 4, served.toString());
        assertEquals(seats, new PublicSeats(512).seat(hosts.values(), Map.of()), "without memory the same");

        var tight = new PublicSeats(60).seat(hosts.values(), Map.of());
        var all = new HashMap<HostRecord, Integer>();
        tight.values().forEach(seat -> seat.forEach(each -> all.merge(each, 1, Integer::sum)));
        assertTrue(all.values().stream().allMatch(count -> count <= 60), all.toString());
        assertEquals(
                200, tight.values().stream().filter(seat -> !seat.isEmpty()).count(), "everybody has a first one");
        assertNotEquals(400, tight.values().stream().mapToInt(List::size).sum());
    }

    private static void put(Map<NodeId, HostRecord> hosts, PublicNetwork network) {
        var id = new NodeId("n-%017x".formatted(hosts.size() + 1));
        var host = new HostRecord(id);
        host.begin(NetworkModel.hello("10.0.0." + hosts.size(), network).build(), new NetworkView(), 0);
        hosts.put(id, host);
    }
}
