package io.coppice.node.scenario;

import static io.coppice.node.scenario.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.rpc.Address;
import io.coppice.node.NodeController;
import io.coppice.node.agent.AgentConfig;
import io.coppice.node.agent.NodeAgent;
import io.coppice.node.agent.NodeFiles;
import io.coppice.node.simulated.SimulatedHost;
import io.coppice.node.simulated.SimulationPlan;
import io.coppice.proto.cluster.v1.HostState;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.compute.v1.PowerState;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, a zone would choke on a room full of hosts, or one host would take what belongs to many. */
class ManyHostsTest {
    private static final Logger LOG = Logger.getLogger(ManyHostsTest.class);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @TempDir
    Path folder;

    @Test
    void aHundredHostsCarryAHundredInstances() throws Exception {
        run(100);
    }

    @Test
    @Tag("full")
    void twoThousandHostsCarryTwoThousandInstances() throws Exception {
        run(2000);
    }

    private void run(int count) throws Exception {
        try (var zone = new ZoneFixture(
                        folder,
                        Map.of(
                                "coppice.cluster.scheduler", "round-robin",
                                "coppice.cluster.unreachable-after", "30s",
                                "coppice.cluster.heartbeat", "2s"));
                var hosts = hosts(zone)) {
            zone.cloud().forgetEvents();
            var started = System.nanoTime();
            addHosts(hosts, count);
            hosts.connect();
            await(count + " hosts are up", () -> up(zone) == count);
            var registered = System.nanoTime();

            var instances = zone.launch(count);
            await("all run", () -> zone.cloud().countLast(Phase.PHASE_RUNNING) == count);
            var launched = System.nanoTime();
            var carriers = instances.stream().map(each -> each.host()).collect(Collectors.toSet());
            assertEquals(count, carriers.size(), "taking turns, every host carries one");
            var heapMib = usedHeapMib();

            zone.cloud()
                    .apply(instances.stream()
                            .map(each -> zone.cloud().wish(each.id()).toBuilder()
                                    .setGeneration(2)
                                    .setPower(PowerState.POWER_STATE_TERMINATED)
                                    .build())
                            .toList());
            await("all are gone", () -> zone.cloud().countLast(Phase.PHASE_GONE) == count);
            var ended = System.nanoTime();
            assertEquals(0, hosts.instances());
            LOG.infof(
                    "%d hosts: registered at %.0f/s, launched at %.0f/s, terminated at %.0f/s, heap %d MiB",
                    count,
                    count / seconds(registered - started),
                    count / seconds(launched - registered),
                    count / seconds(ended - launched),
                    heapMib);
        }
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
        for (int i = 0; i < count; i++) {
            var own = folder.resolve("hosts").resolve("%05d".formatted(i));
            NodeId id = NodeFiles.nodeId(own);
            var host = SimulatedHost.open(own, ZoneFixture.SMALL_HOST, SimulationPlan.healthy(), hosts.timer());
            hosts.add(new NodeAgent.Host(id, "simulated-" + i, own, "test"), host.drivers());
        }
    }

    private static long up(ZoneFixture zone) {
        return zone.cloud().hosts().stream()
                .filter(host -> host.getState() == HostState.HOST_STATE_UP)
                .count();
    }

    private static void await(String what, BooleanSupplier condition) {
        eventually(what, PATIENCE, condition, () -> "");
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    private static long usedHeapMib() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) >> 20;
    }
}
