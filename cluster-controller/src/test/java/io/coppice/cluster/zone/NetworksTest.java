package io.coppice.cluster.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.NodeId;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.Vpc;
import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.Heartbeat;
import io.coppice.proto.node.v1.NetworkStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, a host would follow a network as it no longer is, or be told of networks that are not its business. */
class NetworksTest {
    private static final String RED = "vpc-00000000000000001";
    private static final String BLUE = "vpc-00000000000000002";
    private static final String GREEN = "vpc-00000000000000003";
    private static final String GATEWAY = "nat-00000000000000001";

    @TempDir
    Path folder;

    private NetworkModel model;

    @BeforeEach
    void openZone() throws IOException {
        model = new NetworkModel(folder);
    }

    @Test
    void aVpcThatIsTooLargeForAMessageComesInParts() {
        var older = model.host();
        model.allTakeBytes();
        var host = model.host();
        model.vpc(RED, 250_000);
        model.launch(host, RED);
        model.launch(older, RED);
        model.distribute();
        assertEquals(250_000, model.view(host).vpc(RED).getSecurityGroupsCount());
        assertEquals(Set.of(), model.view(older).known(), "a host that takes no parts is told nothing of it");
        assertTrue(
                model.view(host).takeNews().stream().allMatch(each -> each.getSerializedSize() < 1_100_000),
                "others get through between parts");
    }

    @Test
    void aVpcComesBeforeTheInstanceAndItsInterfacesSoonAfter() {
        var host = model.host();
        model.vpc(RED);
        model.launch(host, RED);
        model.distribute();
        var kinds = model.view(host).sent().stream()
                .map(ClusterMessage::getBodyCase)
                .filter(each -> each != ClusterMessage.BodyCase.WELCOME)
                .toList();
        assertEquals(
                List.of(
                        ClusterMessage.BodyCase.VPC,
                        ClusterMessage.BodyCase.DESIRED,
                        ClusterMessage.BodyCase.ENDPOINTS),
                kinds);
        assertEquals(List.of(), model.differences());
    }

    @Test
    void hostsKnowThePeersOfWhatTheyCarryAndNothingBeyond() {
        var host = model.host();
        var other = model.host();
        model.peered(RED, BLUE);
        model.peered(BLUE, RED, GREEN);
        model.peered(GREEN, BLUE);
        var red = model.launch(host, RED);
        var blue = model.launch(other, BLUE);
        model.distribute();
        assertEquals(Set.of(RED, BLUE), model.view(host).known());
        assertEquals(Set.of(RED, BLUE, GREEN), model.view(other).known());
        assertEquals(List.of(), model.differences());
        model.peered(BLUE, GREEN);
        model.peered(RED);
        model.distribute();
        assertEquals(Set.of(RED), model.view(host).known(), "the peering has ended");
        model.peered(RED, GREEN);
        model.launch(host, GREEN);
        model.distribute();
        assertEquals(List.of(), model.differences());
        model.confirm(red);
        model.end(red);
        model.confirm(blue);
        model.end(blue);
        model.distribute();
        assertEquals(Set.of(GREEN, BLUE), model.view(host).known(), "green has a guest, and blue is its peer");
        assertEquals(Set.of(), model.view(other).known());
        assertEquals(List.of(), model.differences());
    }

    @Test
    void anInstanceWaitsForAVpcThatIsNotKnownAndIsNotGivenUp() {
        var host = model.host();
        model.launch(host, RED);
        model.pass(Duration.ofSeconds(1), host);
        var waiting = model.told().getLast();
        assertEquals(Phase.PHASE_UNSCHEDULABLE, waiting.getPhase());
        assertTrue(waiting.getFailure().getRetryable());
        assertTrue(waiting.getFailure().getMessage().contains(RED));
        assertFalse(model.view(host).sent().stream().anyMatch(ClusterMessage::hasDesired));
        model.vpc(RED);
        assertTrue(model.view(host).sent().stream().anyMatch(ClusterMessage::hasDesired));
        model.distribute();
        assertEquals(List.of(), model.differences());
    }

    @Test
    void aChangeGoesToTheHostsThatCarryTheVpcAndToNoOther() {
        var hosts = List.of(model.host(), model.host(), model.host());
        model.vpc(RED);
        model.vpc(BLUE);
        model.launch(hosts.get(0), RED);
        model.launch(hosts.get(1), RED);
        model.launch(hosts.get(2), BLUE);
        model.distribute();
        forgetNews(hosts);
        model.vpc(RED);
        model.distribute();
        assertEquals(List.of(1, 1, 0), news(hosts));
        model.launch(hosts.get(0), RED);
        model.distribute();
        assertEquals(List.of(1, 1, 0), news(hosts));
        model.distribute();
        assertEquals(List.of(0, 0, 0), news(hosts));
        assertEquals(List.of(), model.differences());
    }

    @Test
    void aBurstOfChangesBecomesFewMessages() {
        var near = model.host();
        var far = model.host();
        model.vpc(RED);
        model.launch(far, RED);
        model.distribute();
        forgetNews(List.of(far));
        for (var count = 0; count < 1000; count++) {
            model.launch(near, RED);
        }
        model.vpc(RED);
        model.vpc(RED);
        model.distribute();
        assertEquals(2, model.view(far).news(), "the VPC once, and all new interfaces in one message");
        assertEquals(List.of(), model.differences());
    }

    @Test
    void aPictureThatIsTooLargeForOneMessageComesInParts() {
        var near = model.host();
        var far = model.host();
        model.vpc(RED);
        for (var count = 0; count < 3000; count++) {
            model.launch(near, RED);
        }
        model.launch(far, RED);
        model.distribute();
        assertEquals(4, model.view(far).news());
        assertEquals(3001, model.view(far).where(RED).size());
        assertEquals(List.of(), model.differences());
    }

    @Test
    void aHostThatMissedSomethingIsToldAllOfItAgain() {
        var hosts = List.of(model.host(), model.host());
        model.vpc(RED);
        hosts.forEach(host -> model.launch(host, RED));
        model.distribute();
        forgetNews(hosts);
        model.zone().networkRequested(hosts.getFirst(), RED, model.view(hosts.getFirst()));
        model.distribute();
        var sent = model.view(hosts.getFirst()).sent();
        assertTrue(sent.getFirst().hasVpc());
        assertTrue(sent.getLast().getEndpoints().getFull());
        assertEquals(1, sent.getLast().getEndpoints().getSequence());
        assertEquals(List.of(2, 0), news(hosts));
    }

    @Test
    void aNewSessionBeginsWithEverything() {
        var hosts = List.of(model.host(), model.host());
        model.vpc(RED);
        hosts.forEach(host -> model.launch(host, RED));
        model.distribute();
        forgetNews(hosts);
        var view = model.greet(hosts.getFirst());
        model.launch(hosts.get(1), RED);
        model.distribute();
        assertEquals(0, view.news(), "nothing before it has told what it has");
        assertEquals(1, model.view(hosts.get(1)).news());
        model.dial(hosts.getFirst());
        model.distribute();
        assertEquals(List.of(), model.differences());
    }

    @Test
    void aVpcIsTakenBackWithItsLastInterfaceAndComesAgainWhole() {
        var hosts = List.of(model.host(), model.host());
        model.vpc(RED);
        var gone = model.launch(hosts.getFirst(), RED);
        model.launch(hosts.get(1), RED);
        model.distribute();
        model.end(gone);
        model.distribute();
        assertTrue(model.view(hosts.getFirst()).sent().getLast().getVpc().getDeleted());
        assertEquals(Set.of(), model.view(hosts.getFirst()).known());
        assertEquals(List.of(), model.differences());
        model.launch(hosts.getFirst(), RED);
        model.distribute();
        assertEquals(List.of(), model.differences());
    }

    @Test
    void aHostThatKeepsUpNoMoreIsToldLaterAndLess() {
        var near = model.host();
        var slow = model.host();
        model.vpc(RED);
        model.launch(slow, RED);
        model.distribute();
        forgetNews(List.of(slow));
        model.view(slow).room(false);
        for (var count = 0; count < 10; count++) {
            model.launch(near, RED);
            assertTrue(model.zone().distribute());
        }
        assertEquals(0, model.view(slow).news());
        model.view(slow).room(true);
        model.distribute();
        assertEquals(1, model.view(slow).news());
        assertEquals(List.of(), model.differences());
    }

    @Test
    void aGatewayStaysOnItsHostAndMovesWhenThatIsLost() {
        var hosts = List.of(model.host(), model.host(), model.host());
        model.vpc(RED, GATEWAY);
        hosts.subList(0, 2).forEach(host -> model.launch(host, RED));
        model.distribute();
        var first = seat(hosts.getFirst());
        assertTrue(hosts.subList(0, 2).contains(first), "a host that carries the VPC");
        model.vpc(RED, GATEWAY);
        model.launch(hosts.get(2), RED);
        model.distribute();
        assertEquals(first, seat(hosts.get(2)), "it stays");
        var others = hosts.stream().filter(each -> !each.equals(first)).toArray(NodeId[]::new);
        model.pass(Duration.ofSeconds(6), others);
        model.pass(Duration.ofSeconds(6), others);
        model.distribute();
        var second = seat(others[0]);
        assertNotEquals(first, second);
        assertEquals(second, seat(others[1]));
        model.zone().heartbeat(first, Heartbeat.getDefaultInstance(), model.view(first));
        model.distribute();
        assertEquals(second, seat(first), "it does not go back by itself");
    }

    @Test
    void aFreshControllerLearnsFromHostsAndSaysNothingBeforeItKnowsEnough() throws IOException {
        var hosts = List.of(model.host(), model.host());
        model.vpc(RED, GATEWAY);
        hosts.forEach(host -> model.launch(host, RED));
        model.distribute();
        model.pass(Duration.ZERO, hosts.toArray(NodeId[]::new));
        var seat = seat(hosts.getFirst());
        model.startZone();
        model.vpc(RED, GATEWAY);
        var view = model.dial(hosts.getFirst());
        model.distribute();
        assertEquals(0, view.news(), "the other host's interfaces would seem to be gone");
        model.dial(hosts.get(1));
        model.distribute();
        assertEquals(List.of(), model.differences());
        assertEquals(seat, seat(hosts.getFirst()), "the gateway is where it was");
    }

    @Test
    void whatAHostKeepsWithoutNeedIsTakenBack() {
        var host = model.host();
        var view = model.view(host);
        view.send(ClusterMessage.newBuilder()
                .setVpc(Vpc.newBuilder().setVpcId(RED).setGeneration(7))
                .build());
        var status = NetworkStatus.newBuilder().setVpcId(RED).setGeneration(7).build();
        model.zone().networkFollowed(host, status, view);
        model.distribute();
        assertEquals(7, view.sent().getLast().getVpc().getGeneration());
        assertEquals(Set.of(), view.known());
        view.news();
        model.zone().networkFollowed(host, status.toBuilder().setGeneration(0).build(), view);
        model.distribute();
        assertEquals(0, view.news());
    }

    @Test
    void anInterfaceThatGoesToAnotherHostIsThereAndNotGone() {
        var hosts = List.of(model.host(), model.host(), model.host());
        model.vpc(RED);
        var moved = model.launch(hosts.get(0), RED);
        model.launch(hosts.get(1), RED);
        model.launch(hosts.get(2), RED);
        model.distribute();
        forgetNews(hosts);
        var wish = model.wish(moved);
        var interfaceId = wish.getEndpoints(0).getNetworkInterfaceId();
        // As when an interface is detached here and attached there, and the old host is the last to tell.
        var other = model.launch(hosts.get(1), RED);
        model.apply(model.wish(other).toBuilder()
                .setGeneration(2)
                .addEndpoints(wish.getEndpoints(0))
                .build());
        model.apply(wish.toBuilder().setGeneration(2).clearEndpoints().build());
        model.distribute();
        assertEquals(hosts.get(1).value(), model.view(hosts.get(2)).where(RED).get(interfaceId));
        assertEquals(List.of(), model.differences());
        assertEquals(
                List.of(),
                model.view(hosts.get(2)).sent().stream()
                        .map(ClusterMessage::getEndpoints)
                        .map(EndpointUpdate::getGoneNetworkInterfaceIdsList)
                        .filter(gone -> !gone.isEmpty())
                        .toList());
    }

    @Test
    void whateverHappensEveryHostKnowsWhatItShould() {
        var seed = System.nanoTime();
        var random = new Random(seed);
        var hosts = new ArrayList<NodeId>();
        for (var count = 0; count < 12; count++) {
            hosts.add(model.host());
        }
        var vpcs = List.of(RED, BLUE, "vpc-00000000000000003", "vpc-00000000000000004");
        vpcs.forEach(model::vpc);
        var living = new ArrayList<InstanceId>();
        for (var step = 0; step < 3000; step++) {
            var host = hosts.get(random.nextInt(hosts.size()));
            var vpc = vpcs.get(random.nextInt(vpcs.size()));
            var instance = living.isEmpty() ? null : living.get(random.nextInt(living.size()));
            switch (random.nextInt(8)) {
                case 0, 1 -> living.add(model.launch(host, vpc));
                case 2 -> model.vpc(vpc);
                case 3 -> model.dial(host);
                case 4 -> model.zone().networkRequested(host, vpc, model.view(host));
                case 5 -> model.distribute();
                case 6 -> {
                    if (instance != null && model.wish(instance).getEndpointsCount() < 4) {
                        model.attach(instance, vpc);
                    }
                }
                default -> {
                    if (instance != null && model.wish(instance).getEndpointsCount() > 1) {
                        model.detach(instance);
                    } else if (instance != null) {
                        model.end(instance);
                        living.remove(instance);
                    }
                }
            }
            if (step % 100 == 99) {
                model.distribute();
                assertEquals(List.of(), model.differences(), "seed " + seed + ", step " + step);
            }
        }
        for (var instance : living) {
            model.end(instance);
        }
        model.distribute();
        assertEquals(List.of(), model.differences(), "seed " + seed);
        assertEquals(Map.of(), model.view(hosts.getFirst()).vpcs());
    }

    private NodeId seat(NodeId host) {
        return new NodeId(model.view(host).vpc(RED).getNatGateways(0).getNodeId());
    }

    private void forgetNews(List<NodeId> hosts) {
        news(hosts);
    }

    private List<Integer> news(List<NodeId> hosts) {
        return hosts.stream().map(host -> model.view(host).news()).toList();
    }
}
