package io.coppice.node.scenario;

import static io.coppice.node.scenario.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.scenario.ZoneFixture.InstanceFixture;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.network.v1.EndpointLocation;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, hosts would not know of their networks what the Cloud Controller wants, or not where interfaces are. */
class ZoneNetworksTest {
    private static final List<String> VPCS =
            List.of("vpc-00000000000000001", "vpc-00000000000000002", "vpc-00000000000000003");

    @TempDir
    Path folder;

    private ZoneFixture zone;
    private final List<HostFixture> hosts = new ArrayList<>();
    private final List<InstanceFixture> living = new ArrayList<>();
    private final Map<String, Long> generations = new HashMap<>();
    private int interfaces;

    @BeforeEach
    void openZone() throws IOException {
        zone = new ZoneFixture(folder, Map.of("coppice.cluster.scheduler", "round-robin"));
    }

    @AfterEach
    void closeZone() throws Exception {
        zone.close();
    }

    @Test
    void anInstanceWaitsForItsVpcAndRunsThenWithoutAFailedAttempt() throws IOException {
        addHosts(1);
        var instance = launch(VPCS.getFirst());
        instance.becomes(Phase.PHASE_UNSCHEDULABLE);
        assertTrue(zone.cloud().last(instance.id()).getFailure().getRetryable());
        change(VPCS.getFirst());
        instance.becomes(Phase.PHASE_RUNNING);
        eventuallyAllIsKnown();
        assertEquals(
                List.of(),
                zone.cloud().seen(instance.id()).stream()
                        .filter(each -> each.getPhase() != Phase.PHASE_UNSCHEDULABLE)
                        .filter(each -> each.hasFailure())
                        .toList());
    }

    @Test
    void aVpcLeavesAHostWithItsLastInterface() throws IOException {
        addHosts(2);
        change(VPCS.getFirst());
        var first = launch(VPCS.getFirst());
        var second = launch(VPCS.getFirst());
        eventuallyAllIsKnown();
        assertEquals(2, interfacesOn(hostOf(first)).size());
        end(first);
        eventuallyAllIsKnown();
        assertEquals(1, interfacesOn(hostOf(second)).size());
        end(second);
        eventuallyAllIsKnown();
    }

    @Test
    void aHostAndAControllerThatForgotAreToldAgain() throws IOException {
        addHosts(3);
        VPCS.forEach(this::change);
        for (var count = 0; count < 6; count++) {
            launch(VPCS.get(count % 2));
        }
        eventuallyAllIsKnown();
        hosts.getFirst().agentDies();
        change(VPCS.getFirst());
        hosts.getFirst().starts();
        eventuallyAllIsKnown();
        zone.controllerStops();
        zone.controllerStarts();
        launch(VPCS.get(2));
        eventuallyAllIsKnown();
    }

    @Test
    void whateverHappensEveryHostKnowsWhatItShould() throws IOException {
        var seed = System.nanoTime();
        var random = new Random(seed);
        addHosts(4);
        VPCS.forEach(this::change);
        for (var round = 0; round < 6; round++) {
            for (var step = 0; step < 6; step++) {
                switch (random.nextInt(6)) {
                    case 0 -> change(VPCS.get(random.nextInt(VPCS.size())));
                    case 1 -> {
                        if (!living.isEmpty()) {
                            end(living.get(random.nextInt(living.size())));
                        }
                    }
                    case 2 -> {
                        var wire = hosts.get(random.nextInt(hosts.size())).wire();
                        wire.pull();
                        wire.plugIn();
                    }
                    default -> {
                        if (living.size() < 12) {
                            launch(VPCS.get(random.nextInt(VPCS.size())));
                        }
                    }
                }
            }
            eventuallyAllIsKnown("seed " + seed);
        }
    }

    private void addHosts(int count) throws IOException {
        for (var index = 0; index < count; index++) {
            hosts.add(zone.host());
        }
    }

    /** A new generation of the VPC. */
    private void change(String vpcId) {
        generations.merge(vpcId, 1L, Long::sum);
        zone.cloud()
                .applyNetworks(List.of(Vpc.newBuilder()
                        .setVpcId(vpcId)
                        .setGeneration(generations.getOrDefault(vpcId, 0L))
                        .build()));
    }

    private InstanceFixture launch(String vpcId) {
        interfaces++;
        var instance = new InstanceFixture(zone.cloud(), InstanceId.random());
        DesiredInstance wish = ZoneFixture.wish(instance.id(), 1, 256).toBuilder()
                .clearEndpoints()
                .addEndpoints(NetworkEndpoint.newBuilder()
                        .setNetworkInterfaceId("eni-%017x".formatted(interfaces))
                        .setMac("02:00:00:00:00:%02x".formatted(interfaces))
                        .setPrivateIpv4("10.0.0." + interfaces)
                        .setVpcId(vpcId))
                .build();
        zone.cloud().apply(List.of(wish));
        living.add(instance);
        return instance;
    }

    private void end(InstanceFixture instance) {
        instance.becomes(Phase.PHASE_RUNNING);
        instance.terminate();
        instance.becomes(Phase.PHASE_GONE);
        living.remove(instance);
    }

    private HostFixture hostOf(InstanceFixture instance) {
        return hosts.stream()
                .filter(host -> host.id().value().equals(instance.host()))
                .findFirst()
                .orElseThrow();
    }

    private Map<String, EndpointLocation> interfacesOn(HostFixture host) {
        return host.simulation().network(VPCS.getFirst()).orElseThrow().interfaces();
    }

    private void eventuallyAllIsKnown() {
        eventuallyAllIsKnown("");
    }

    private void eventuallyAllIsKnown(String facts) {
        for (var instance : living) {
            instance.becomes(Phase.PHASE_RUNNING);
        }
        eventually(
                "every host knows what it should",
                Duration.ofSeconds(60),
                () -> differences().isEmpty(),
                () -> facts + " " + differences());
    }

    /** Empty when every host knows exactly the VPCs that it carries, in their newest generation, with all their interfaces. */
    private Set<String> differences() {
        var differences = new TreeSet<String>();
        for (var host : hosts) {
            var carried = new TreeSet<String>();
            living.stream()
                    .filter(each -> each.host().equals(host.id().value()))
                    .forEach(each -> carried.add(vpcOf(each)));
            if (!host.simulation().networks().equals(carried)) {
                differences.add("%s knows %s and not %s"
                        .formatted(host.name(), host.simulation().networks(), carried));
            }
            for (var vpcId : carried) {
                var known = host.simulation().network(vpcId).orElse(null);
                if (known == null || !known.vpc().equals(zone.cloud().network(vpcId))) {
                    differences.add(host.name() + " knows another generation of " + vpcId);
                } else if (!where(known.interfaces()).equals(whereTheyAre(vpcId))) {
                    differences.add("%s sees %s in %s and not %s"
                            .formatted(host.name(), where(known.interfaces()), vpcId, whereTheyAre(vpcId)));
                }
            }
        }
        return differences;
    }

    private String vpcOf(InstanceFixture instance) {
        return zone.cloud().wish(instance.id()).getEndpoints(0).getVpcId();
    }

    private static Map<String, String> where(Map<String, EndpointLocation> locations) {
        var where = new HashMap<String, String>();
        locations.forEach((id, each) -> where.put(id, each.getNodeId() + " at " + each.getNodeAddress()));
        return where;
    }

    private Map<String, String> whereTheyAre(String vpcId) {
        var where = new HashMap<String, String>();
        for (var instance : living) {
            if (vpcOf(instance).equals(vpcId)) {
                var host = hostOf(instance);
                var address = host.simulation().drivers().network().hostAddress();
                where.put(
                        zone.cloud().wish(instance.id()).getEndpoints(0).getNetworkInterfaceId(),
                        host.id() + " at " + address);
            }
        }
        return where;
    }
}
