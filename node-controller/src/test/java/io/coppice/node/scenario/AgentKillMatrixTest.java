package io.coppice.node.scenario;

import static io.coppice.node.scenario.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.node.agent.HostDrivers;
import io.coppice.node.hypervisor.GuestVolumes;
import io.coppice.node.hypervisor.Hypervisor;
import io.coppice.node.hypervisor.VolumePlug;
import io.coppice.node.simulated.SimulationPlan;
import io.coppice.proto.cluster.v1.HostState;
import io.coppice.proto.compute.v1.AttachedVolume;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.ebs.v1.VolumeExport;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * If this failed, the death of a host's agent in the middle of what it does with a guest's volumes would leave the guest without one
 * that it should have, or with one that was taken from it: the agent is cut off before and after each word to the hypervisor.
 */
class AgentKillMatrixTest extends ZoneScenario {
    private static final int MOST_STEPS = 32;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Guest guest = new Guest();

    /** The agent dies: its thread ends where it is. */
    private static final class Death extends Error {
        private static final long serialVersionUID = 1;

        Death() {
            super("the agent dies here", null, false, false);
        }
    }

    /** What a guest has, whatever becomes of its host's agent: volumes, with the sizes that it sees, GiB. */
    private static final class Guest {
        private final Map<VolumeId, Integer> volumes = new HashMap<>();
        private int cutAt = Integer.MAX_VALUE;
        private int step;
        private boolean cut;

        synchronized void arm(int at) {
            cutAt = at;
            step = 0;
            cut = false;
        }

        synchronized boolean isCut() {
            return cut;
        }

        /** What it has; nothing is cut off by this. */
        synchronized Map<VolumeId, Integer> has() {
            return Map.copyOf(volumes);
        }

        synchronized void step() {
            if (step++ == cutAt) {
                cut = true;
            }
        }
    }

    /** The guest's volumes for one life of the agent. */
    private final class Plugs implements GuestVolumes {
        private boolean dead;

        private void step() {
            // A dead agent does nothing more; the next one has other plugs.
            if (!dead) {
                guest.step();
                dead = guest.isCut();
            }
            live();
        }

        private void live() {
            if (dead) {
                throw new Death();
            }
        }

        @Override
        public Set<VolumeId> of(InstanceId instance) {
            live();
            return guest.has().keySet();
        }

        @Override
        public void plug(InstanceId instance, VolumePlug volume) {
            step();
            synchronized (guest) {
                guest.volumes.putIfAbsent(volume.volume(), volume.sizeGib());
            }
            step();
        }

        @Override
        public void grow(InstanceId instance, VolumePlug volume) {
            step();
            synchronized (guest) {
                guest.volumes.merge(volume.volume(), volume.sizeGib(), Math::max);
            }
            step();
        }

        @Override
        public void unplug(InstanceId instance, VolumeId volume) {
            step();
            synchronized (guest) {
                guest.volumes.remove(volume);
            }
            step();
        }
    }

    @Test
    void whatTheAgentHadBegunIsMadeGoodAfterItsDeathAtEachStep() throws IOException {
        var host = zone.host(ZoneFixture.SMALL_HOST, SimulationPlan.healthy(), (id, simulated) -> cuttable(simulated));
        var instance = zone.launch();
        instance.becomes(Phase.PHASE_RUNNING);
        var steps = 0;
        while (diesAt(steps, host, instance)) {
            steps++;
            assertTrue(steps < MOST_STEPS, "it never comes to an end");
        }
        // Before and after: one plugged in, one grown, one taken out.
        assertTrue(steps >= 6, "only " + steps + " steps were cut off");
        assertEquals(1, host.boots(instance.id()));
    }

    /** False when there are not so many steps. */
    private boolean diesAt(int step, HostFixture host, ZoneFixture.InstanceFixture instance) throws IOException {
        guest.arm(Integer.MAX_VALUE);
        var grows = VolumeId.random();
        var before = Map.of(grows, 1, VolumeId.random(), 1);
        var after = Map.of(grows, 2, VolumeId.random(), 1);
        wish(instance, before);
        eventually("the guest has what it should", () -> guest.has().equals(before) && reported(instance, before));
        guest.arm(step);
        wish(instance, after);
        eventually("it is done, or cut off", () -> guest.isCut() || reported(instance, after));
        var cut = guest.isCut();
        if (cut) {
            host.agentDies();
            assertTrue(host.runs(instance.id()), "the guest went with the agent");
            guest.arm(Integer.MAX_VALUE);
            host.starts();
            eventually("the host is back", () -> zone.state(host) == HostState.HOST_STATE_UP);
        }
        eventually(
                "what was begun at step " + step + " is made good",
                PATIENCE,
                () -> guest.has().equals(after) && reported(instance, after),
                () -> "the guest has " + guest.has() + " and not " + after);
        instance.becomes(Phase.PHASE_RUNNING);
        return cut;
    }

    private boolean reported(ZoneFixture.InstanceFixture instance, Map<VolumeId, Integer> volumes) {
        var last = zone.cloud().last(instance.id());
        return last.getGeneration() == zone.cloud().wish(instance.id()).getGeneration()
                && Set.copyOf(last.getVolumes().getVolumeIdsList())
                        .equals(volumes.keySet().stream().map(VolumeId::value).collect(Collectors.toSet()));
    }

    private void wish(ZoneFixture.InstanceFixture instance, Map<VolumeId, Integer> volumes) {
        var wish = zone.cloud().wish(instance.id());
        zone.cloud()
                .apply(List.of(wish.toBuilder()
                        .setGeneration(wish.getGeneration() + 1)
                        .clearVolumes()
                        .addAllVolumes(volumes.entrySet().stream()
                                .map(each -> attached(each.getKey(), each.getValue()))
                                .toList())
                        .build()));
    }

    private static AttachedVolume attached(VolumeId id, int gib) {
        return AttachedVolume.newBuilder()
                .setVolumeId(id.value())
                .setDevice("/dev/sdf")
                .setSizeGib(gib)
                .setExport(VolumeExport.newBuilder().setName("e1").setUnixPath("/run/" + id.value()))
                .build();
    }

    private HostDrivers cuttable(HostDrivers simulated) {
        var plugs = new Plugs();
        var hypervisor = (Hypervisor) Proxy.newProxyInstance(
                Hypervisor.class.getClassLoader(), new Class<?>[] {Hypervisor.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("volumes")) {
                        return plugs;
                    }
                    try {
                        return method.invoke(simulated.hypervisor(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        return new HostDrivers(
                hypervisor,
                simulated.network(),
                simulated.disks(),
                simulated.images(),
                simulated.metadata(),
                simulated.memory());
    }
}
