package io.coppice.cluster.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.NodeId;
import io.coppice.proto.cluster.v1.ZoneNews;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, guests of one VPC in two zones would not find each other, or go on sending to where nobody is. */
class NeighboursTest {
    private static final String RED = "vpc-00000000000000001";
    private static final String BLUE = "vpc-00000000000000002";
    private static final String GATEWAY = "nat-00000000000000001";
    private static final String A = "us-east-1a";
    private static final String B = "us-east-1b";

    @TempDir
    Path folder;

    private NetworkModel a;
    private NetworkModel b;
    private Zone.Following bFollowsA;
    private Zone.Following aFollowsB;

    @BeforeEach
    void openZones() throws IOException {
        a = new NetworkModel(folder.resolve("a"), A, 0);
        b = new NetworkModel(folder.resolve("b"), B, 1_000_000);
        a.zone().expectNeighbours(Set.of(B));
        b.zone().expectNeighbours(Set.of(A));
        aFollowsB = follow(a, B, b);
        bFollowsA = follow(b, A, a);
        exchange();
    }

    private static Zone.Following follow(NetworkModel follower, String name, NetworkModel followed) {
        follower.zone().neighbourBegins(name);
        return followed.zone().follow();
    }

    /** Everything that is to be told is told, between zones and to hosts. */
    private void exchange() {
        a.distribute();
        b.distribute();
        pass(bFollowsA, b, A);
        pass(aFollowsB, a, B);
        a.distribute();
        b.distribute();
    }

    private static List<ZoneNews> pass(Zone.Following from, NetworkModel to, String name) {
        var all = new ArrayList<ZoneNews>();
        for (var news = from.next(); !news.isEmpty(); news = from.next()) {
            news.forEach(each -> to.zone().neighbourTold(name, each));
            all.addAll(news);
        }
        return all;
    }

    private static Map<String, String> where(NetworkModel zone, NodeId host, String vpc) {
        return zone.view(host).where(vpc);
    }

    private static Map<String, String> interfaces(NetworkModel zone, InstanceId instance, NodeId host) {
        return zone.wish(instance).getEndpointsList().stream()
                .collect(Collectors.toMap(NetworkEndpoint::getNetworkInterfaceId, any -> host.value()));
    }

    private static Map<String, String> both(Map<String, String> one, Map<String, String> other) {
        var all = new HashMap<>(one);
        all.putAll(other);
        return all;
    }

    @Test
    void hostsKnowWhereInterfacesOfOtherZonesAre() {
        a.vpc(RED);
        b.vpc(RED);
        var here = a.host();
        var there = b.host();
        var first = a.launch(here, RED);
        var second = b.launch(there, RED);
        var inA = interfaces(a, first, here);
        var inB = interfaces(b, second, there);
        exchange();
        assertEquals(both(inA, inB), where(a, here, RED));
        assertEquals(both(inA, inB), where(b, there, RED));
        a.confirm(first);
        a.end(first);
        exchange();
        assertEquals(inB, where(b, there, RED));
    }

    @Test
    void whatChangesIsToldAndNothingElse() {
        a.vpc(RED);
        a.vpc(BLUE);
        var here = a.host();
        for (var i = 0; i < 50; i++) {
            a.launch(here, RED, BLUE);
        }
        exchange();
        a.launch(here, BLUE);
        a.distribute();
        var news = pass(bFollowsA, b, A);
        assertEquals(1, news.size(), news::toString);
        assertEquals(1, news.getFirst().getInterfaces().getPresentCount());
        assertEquals(List.of(), pass(aFollowsB, a, B), "what a zone has from another it does not tell back");
    }

    @Test
    void aHostThatBeginsToCarryAVpcLearnsWhereItsInterfacesInOtherZonesAre() {
        a.vpc(RED);
        var here = a.host();
        var first = interfaces(a, a.launch(here, RED), here);
        exchange();
        b.vpc(RED);
        var there = b.host();
        var second = interfaces(b, b.launch(there, RED), there);
        exchange();
        assertEquals(both(first, second), where(b, there, RED));
    }

    @Test
    void aControllerWithoutMemoryTakesNothingAwayThatItDoesNotKnowYet() throws IOException {
        a.vpc(RED);
        b.vpc(RED);
        var here = a.host();
        var late = a.host();
        a.pass(Duration.ofMillis(500), here, late);
        var stays = interfaces(a, a.launch(here, RED), here);
        var goes = a.launch(late, RED);
        var there = b.host();
        var own = interfaces(b, b.launch(there, RED), there);
        exchange();
        assertEquals(3, where(b, there, RED).size());

        a.startZone();
        a.zone().expectNeighbours(Set.of(B));
        bFollowsA = follow(b, A, a);
        a.dial(here);
        assertEquals(List.of(), bFollowsA.next(), "one of its hosts has not spoken");
        b.distribute();
        assertEquals(3, where(b, there, RED).size());

        a.forget(goes);
        a.dial(late);
        a.distribute();
        pass(bFollowsA, b, A);
        b.distribute();
        assertEquals(both(stays, own), where(b, there, RED));
    }

    @Test
    void aControllerWithoutMemoryWaitsForItsNeighboursBeforeItTellsHosts() throws IOException {
        a.vpc(RED);
        b.vpc(RED);
        var here = a.host();
        var there = b.host();
        a.launch(here, RED);
        b.launch(there, RED);
        b.pass(Duration.ofMillis(500), there);
        exchange();

        b.startZone();
        b.zone().expectNeighbours(Set.of(A));
        bFollowsA = follow(b, A, a);
        b.dial(there);
        b.vpc(RED);
        b.distribute();
        assertEquals(Map.of(), where(b, there, RED), "nothing is said of interfaces yet");
        pass(bFollowsA, b, A);
        b.distribute();
        assertEquals(2, where(b, there, RED).size());
    }

    @Test
    void aNeighbourThatIsAwayIsNotWaitedForForEver() throws IOException {
        b.vpc(RED);
        var there = b.host();
        var own = interfaces(b, b.launch(there, RED), there);
        b.pass(Duration.ofMillis(500), there);
        b.startZone();
        b.zone().expectNeighbours(Set.of(A));
        b.dial(there);
        b.vpc(RED);
        b.pass(Duration.ofMinutes(1), there);
        b.distribute();
        assertEquals(own, where(b, there, RED));
    }

    @Test
    void theHostOfAGatewayIsKnownInOtherZones() {
        var here = a.host();
        var there = b.host();
        var vpc = a.vpc(RED, GATEWAY);
        b.zone().applyNetworks(List.of(vpc));
        a.launch(here, RED);
        b.launch(there, RED);
        exchange();
        var seen = b.view(there).vpc(RED).getNatGateways(0);
        assertEquals(here.value(), seen.getNodeId());
        assertTrue(!seen.getNodeAddress().isEmpty());
        a.vpc(RED);
        exchange();
        assertEquals(
                "", b.view(there).vpc(RED).getNatGateways(0).getNodeId(), "it has no host, until it is gone here too");
    }

    /** Zones, hosts and streams in any order: in the end everybody sees the same. */
    @Test
    void whateverHappensZonesAgreeInTheEnd() {
        var random = new Random(28);
        for (var vpc : List.of(RED, BLUE)) {
            a.vpc(vpc);
            b.vpc(vpc);
        }
        var inA = List.of(a.host(), a.host());
        var inB = List.of(b.host(), b.host());
        var running = new ArrayList<Map.Entry<NetworkModel, InstanceId>>();
        for (var step = 0; step < 400; step++) {
            var name = random.nextBoolean() ? A : B;
            var zone = name.equals(A) ? a : b;
            switch (random.nextInt(6)) {
                case 0, 1 -> {
                    var vpc = random.nextBoolean() ? RED : BLUE;
                    var host = (name.equals(A) ? inA : inB).get(random.nextInt(2));
                    running.add(Map.entry(zone, zone.launch(host, vpc)));
                }
                case 2 -> {
                    if (!running.isEmpty()) {
                        var ended = running.remove(random.nextInt(running.size()));
                        ended.getKey().confirm(ended.getValue());
                        ended.getKey().end(ended.getValue());
                    }
                }
                case 3 -> exchange();
                case 4 -> bFollowsA.next().forEach(news -> b.zone().neighbourTold(A, news));
                default -> {
                    bFollowsA.close();
                    bFollowsA = follow(b, A, a);
                }
            }
        }
        exchange();
        for (var vpc : List.of(RED, BLUE)) {
            var whole = both(a.placed(vpc), b.placed(vpc));
            a.carriers(vpc).forEach(host -> assertEquals(whole, where(a, host, vpc)));
            b.carriers(vpc).forEach(host -> assertEquals(whole, where(b, host, vpc)));
        }
    }
}
