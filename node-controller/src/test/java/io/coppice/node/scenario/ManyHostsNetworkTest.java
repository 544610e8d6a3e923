package io.coppice.node.scenario;

import static io.coppice.node.scenario.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.rpc.Address;
import io.coppice.node.NodeController;
import io.coppice.node.agent.AgentConfig;
import io.coppice.node.agent.NodeAgent;
import io.coppice.node.agent.NodeFiles;
import io.coppice.node.simulated.SimulatedHost;
import io.coppice.node.simulated.SimulatedVpc;
import io.coppice.node.simulated.SimulationPlan;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.network.v1.Vpc;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, a change of a network would not reach all the hosts that it concerns, or would reach others. */
class ManyHostsNetworkTest {
    private static final Logger LOG = Logger.getLogger(ManyHostsNetworkTest.class);
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int HOSTS_OF_A_VPC = 10;

    @TempDir
    Path folder;

    private final List<SimulatedHost> simulated = new ArrayList<>();
    private final List<String> nodes = new ArrayList<>();
    private int interfaces;

    @Test
    void aChangeReachesTheHostsItConcernsAmongSixty() throws Exception {
        run(60, 2, 2, 30);
    }

    @Test
    @Tag("full")
    void aChangeReachesTheHostsItConcernsAmongFiveThousand() throws Exception {
        run(5000, 2, 5, 1000);
    }

    /** Instances with so many interfaces each in a VPC that ten hosts share; members of one group on so many hosts. */
    private void run(int count, int instancesEach, int interfacesEach, int members) throws Exception {
        try (var zone = new ZoneFixture(folder, Map.of("coppice.cluster.unreachable-after", "60s"));
                var hosts = hosts(zone)) {
            zone.cloud().forgetEvents();
            addHosts(hosts, count);
            hosts.connect();
            await("all hosts are up", () -> zone.cloud().hosts().size() == count);
            var large = vpc(count);
            var vpcs = new ArrayList<Vpc>(List.of(large));
            for (var index = 0; index < count / HOSTS_OF_A_VPC; index++) {
                vpcs.add(vpc(index));
            }
            for (var from = 0; from < vpcs.size(); from += 64) {
                zone.cloud().applyNetworks(vpcs.subList(from, Math.min(from + 64, vpcs.size())));
            }
            var wishes = new ArrayList<DesiredInstance>();
            for (var index = 0; index < count; index++) {
                var vpcId = vpc(index / HOSTS_OF_A_VPC).getVpcId();
                for (var each = 0; each < instancesEach; each++) {
                    wishes.add(wish(nodes.get(index), vpcId, interfacesEach));
                }
                if (index < members) {
                    wishes.add(wish(nodes.get(index), large.getVpcId(), 1));
                }
            }
            var begun = System.nanoTime();
            zone.cloud().apply(wishes);
            await("all run", () -> zone.cloud().countLast(Phase.PHASE_RUNNING) == wishes.size());
            var ofOne = HOSTS_OF_A_VPC * instancesEach * interfacesEach;
            await(
                    "all know where the others are",
                    () -> told(vpc(0), view -> view.interfaces().size() == ofOne ? 1 : 0) == HOSTS_OF_A_VPC
                            && told(large, view -> view.interfaces().size() == members ? 1 : 0) == members);
            var known = System.nanoTime();

            var ruleMillis = change(zone, vpc(3), HOSTS_OF_A_VPC);
            var groupMillis = change(zone, large, members);
            LOG.infof(
                    "%d hosts, %d interfaces launched and known in %d ms; a rule reaches 10 hosts in %d ms, a rule of a group"
                            + " of %d members all their hosts in %d ms",
                    count, interfaces, (known - begun) / 1_000_000, ruleMillis, members, groupMillis);
        }
    }

    /** Milliseconds from the call until the last host has the change; nobody but those that carry the VPC has it. */
    private long change(ZoneFixture zone, Vpc vpc, int carriers) {
        var next = vpc.toBuilder().setGeneration(2).build();
        var begun = System.nanoTime();
        zone.cloud().applyNetworks(List.of(next));
        await("all have it", () -> told(vpc, view -> view.vpc().getGeneration() == 2 ? 1 : 0) == carriers);
        var millis = (System.nanoTime() - begun) / 1_000_000;
        assertEquals(carriers, told(vpc, view -> 1), "no other host knows of it at all");
        return millis;
    }

    private long told(Vpc vpc, ToLongFunction<SimulatedVpc> count) {
        return simulated.stream()
                .flatMap(host -> host.network(vpc.getVpcId()).stream())
                .mapToLong(count)
                .sum();
    }

    private static Vpc vpc(int number) {
        return Vpc.newBuilder()
                .setVpcId("vpc-%017x".formatted(number))
                .setGeneration(1)
                .build();
    }

    private DesiredInstance wish(String node, String vpcId, int interfacesEach) {
        var wish = ZoneFixture.wish(InstanceId.random(), 1, 256).toBuilder()
                .setNodeId(node)
                .clearEndpoints();
        for (var each = 0; each < interfacesEach; each++) {
            interfaces++;
            wish.addEndpoints(NetworkEndpoint.newBuilder()
                    .setNetworkInterfaceId("eni-%017x".formatted(interfaces))
                    .setMac("02:00:%02x:%02x:%02x:00"
                            .formatted(interfaces >> 16, interfaces >> 8 & 255, interfaces & 255))
                    .setPrivateIpv4("10.%d.%d.%d".formatted(interfaces >> 16, interfaces >> 8 & 255, interfaces & 255))
                    .setDeviceIndex(each)
                    .setVpcId(vpcId));
        }
        return wish.build();
    }

    private NodeController hosts(ZoneFixture zone) throws IOException {
        var config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(AgentConfig.class)
                .build()
                .getConfigMapping(AgentConfig.class);
        return new NodeController(
                new Address("127.0.0.1", zone.port()),
                zone.material(PeerKind.NODE, "simulated"),
                config,
                Clock.systemUTC());
    }

    private void addHosts(NodeController hosts, int count) throws IOException {
        for (var index = 0; index < count; index++) {
            var own = folder.resolve("hosts").resolve("%05d".formatted(index));
            var id = NodeFiles.nodeId(own);
            var host = SimulatedHost.open(own, ZoneFixture.SMALL_HOST, SimulationPlan.healthy(), hosts.timer());
            hosts.add(new NodeAgent.Host(id, "simulated-" + index, own, "test"), host.drivers());
            simulated.add(host);
            nodes.add(id.value());
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        eventually(what, PATIENCE, condition, () -> "");
    }
}
