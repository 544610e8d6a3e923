package io.coppice.node.network.vpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.vpc.FlowReports.Scope;
import io.coppice.node.network.vpc.FlowTable.Content;
import io.coppice.node.network.vpc.FlowTable.Point;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.FlowCount;
import io.coppice.proto.network.v1.FlowReport;
import io.coppice.proto.network.v1.InterfaceFlows;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** If this fails, a flow log says that packets passed which did not, blames the wrong side, or leaves flows out. */
class FlowReportsTest {
    private static final FlowReport HEAD = FlowReport.newBuilder()
            .setVpcId("vpc-0000000000000000a")
            .setBeginSeconds(100)
            .setEndSeconds(160)
            .build();
    private static final String HERE = "10.0.1.10";
    private static final String BESIDE = "10.0.1.11";
    private static final String ELSEWHERE = "10.0.1.99";

    private static LocalInterface local(String address) {
        var endpoint = NetworkEndpoint.newBuilder()
                .setNetworkInterfaceId("eni-" + address)
                .setSubnetId("subnet-1")
                .setPrivateIpv4(address)
                .build();
        return LocalInterface.of(InstanceId.random(), endpoint, Map.of());
    }

    private static FlowKey flow(String from, String to) {
        return new FlowKey(from, to, 6, 40_000, 80);
    }

    private static Content counted(FlowKey flow, long offered, long sent, long delivered) {
        return new Content(
                Map.of(
                        Point.OFFERED, Map.of(flow, new FlowTally(offered, offered * 100)),
                        Point.SENT, Map.of(flow, new FlowTally(sent, sent * 100)),
                        Point.DELIVERED, Map.of(flow, new FlowTally(delivered, delivered * 100))),
                true);
    }

    /** What is told of the interface with this address: packets that passed, and packets that did not. */
    private static List<Long> told(Scope scope, Content content, String address) {
        var flows = FlowReports.of(HEAD, scope, content).stream()
                .flatMap(each -> each.getInterfacesList().stream())
                .filter(each -> each.getNetworkInterfaceId().equals("eni-" + address))
                .flatMap(each -> each.getFlowsList().stream())
                .toList();
        flows.forEach(each -> assertEquals(each.getPackets() * 100, each.getBytes()));
        return List.of(packets(flows, true), packets(flows, false));
    }

    private static long packets(List<FlowCount> flows, boolean accepted) {
        return flows.stream()
                .filter(each -> each.getAccepted() == accepted)
                .mapToLong(FlowCount::getPackets)
                .sum();
    }

    @Test
    void eachSideIsBlamedForWhatItRefused() {
        var both = new Scope(Map.of(HERE, local(HERE), BESIDE, local(BESIDE)), Set.of(HERE, BESIDE));
        var content = counted(flow(HERE, BESIDE), 10, 7, 4);
        assertEquals(List.of(7L, 3L), told(both, content, HERE));
        assertEquals(List.of(4L, 3L), told(both, content, BESIDE));
        var fromOutside = counted(flow(ELSEWHERE, HERE), 10, 10, 2);
        assertEquals(List.of(2L, 8L), told(both, fromOutside, HERE));
        var refusedByAcl = counted(flow(ELSEWHERE, HERE), 5, 0, 0);
        assertEquals(List.of(0L, 5L), told(both, refusedByAcl, HERE), "nobody else has refused it");
    }

    @Test
    void aNeighbourThatNobodyRecordsStillAnswersForWhatItMayNotSend() {
        var one = new Scope(Map.of(BESIDE, local(BESIDE)), Set.of(HERE, BESIDE));
        assertEquals(List.of(0L, 0L), told(one, counted(flow(HERE, BESIDE), 3, 0, 0), BESIDE));
        assertEquals(List.of(0L, 0L), told(one, counted(flow(HERE, BESIDE), 3, 0, 0), HERE));
    }

    @Test
    void silentInterfacesAreToldOfAndWhatWasLostIsSaid() {
        var one = new Scope(Map.of(HERE, local(HERE)), Set.of(HERE));
        var silent = FlowReports.of(HEAD, one, new Content(Map.of(), true));
        assertEquals(1, silent.size());
        assertEquals(0, silent.getFirst().getInterfaces(0).getFlowsCount());
        assertEquals("subnet-1", silent.getFirst().getInterfaces(0).getSubnetId());
        assertEquals(100, silent.getFirst().getBeginSeconds());
        var full = FlowReports.of(
                HEAD, one, counted(flow(HERE, ELSEWHERE), 1, 1, 1).asIncomplete());
        assertTrue(full.getFirst().getInterfaces(0).getSkipped());
    }

    @Test
    void messagesHaveTheirLimitAndNothingIsLeftOut() {
        var flows = new HashMap<FlowKey, FlowTally>();
        for (int port = 0; port < FlowReports.MOST_FLOWS * 2 + 10; port++) {
            flows.put(new FlowKey(HERE, ELSEWHERE, 17, port, 53), new FlowTally(1, 60));
        }
        var content = new Content(Map.of(Point.OFFERED, flows, Point.SENT, flows, Point.DELIVERED, flows), true);
        var scope = new Scope(Map.of(HERE, local(HERE), BESIDE, local(BESIDE)), Set.of(HERE, BESIDE));
        var reports = FlowReports.of(HEAD, scope, content);
        assertEquals(3, reports.size());
        for (var report : reports) {
            assertTrue(report.getInterfacesList().stream()
                            .mapToInt(InterfaceFlows::getFlowsCount)
                            .sum()
                    <= FlowReports.MOST_FLOWS);
        }
        var told = reports.stream()
                .flatMap(each -> each.getInterfacesList().stream())
                .flatMap(each -> each.getFlowsList().stream())
                .map(FlowCount::getSourcePort)
                .toList();
        assertEquals(flows.size(), told.size());
        assertEquals(flows.size(), Set.copyOf(told).size());
    }

    @Test
    void whatNftListsIsRead() {
        var with = FlowKey.parse("\t\t\t     10.0.1.10 . 10.0.1.11 . 6 . 40000 . 80 counter packets 3 bytes 180,");
        assertEquals(
                Optional.of(new FlowKey.Counted(new FlowKey(HERE, BESIDE, 6, 40_000, 80), new FlowTally(3, 180))),
                with);
        var without = FlowKey.parse("elements = { 10.0.1.10 . 10.0.1.11 . 1 counter packets 1 bytes 84 }");
        assertEquals(
                Optional.of(new FlowKey.Counted(new FlowKey(HERE, BESIDE, 1, 0, 0), new FlowTally(1, 84))), without);
        var ipv6 = FlowKey.parse("\t\t     fdc0:bb1c::a . 2001:db8::1 . 17 . 5000 . 53 counter packets 2 bytes 140,");
        assertEquals(
                Optional.of(new FlowKey.Counted(
                        new FlowKey("fdc0:bb1c::a", "2001:db8::1", 17, 5_000, 53), new FlowTally(2, 140))),
                ipv6);
        assertEquals(Optional.empty(), FlowKey.parse("\t\tflags dynamic"));
    }
}
