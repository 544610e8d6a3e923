package io.coppice.node.scenario;

import static io.coppice.node.scenario.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.simulated.SimulationPlan;
import io.coppice.node.simulated.SimulationPlan.Fault;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.compute.v1.PowerState;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** If this failed, an instance that finds no room, or no disk to begin with, would be lost or tried for ever. */
class LaunchRefusalsTest extends ZoneScenario {
    @Test
    void aStoppedInstanceThatCannotStartKeepsItsDiskAndIsTriedAgain() throws IOException {
        var host = zone.host();
        var instance = zone.launch();
        instance.becomes(Phase.PHASE_RUNNING);
        instance.stop();
        instance.becomes(Phase.PHASE_STOPPED);
        host.agentDies();
        host.behaves(SimulationPlan.healthy().with(Fault.START, 1));
        host.starts();
        instance.start();
        eventually(
                "many attempts failed",
                () -> zone.cloud().seen(instance.id()).stream()
                                .filter(each -> each.getFailure().getRetryable())
                                .count()
                        > 4);
        assertEquals(0, instance.times(Phase.PHASE_FAILED));
        host.agentDies();
        host.behaves(SimulationPlan.healthy());
        host.starts();
        instance.becomes(Phase.PHASE_RUNNING);
    }

    @Test
    void whatFindsNoRoomWaitsUntilThereIsSome() throws IOException {
        zone.host();
        var large = zone.launch(1, 3, 3000).getFirst();
        large.becomes(Phase.PHASE_RUNNING);
        var waiting = zone.launch(1, 2, 1000).getFirst();
        waiting.becomes(Phase.PHASE_UNSCHEDULABLE);
        assertEquals(
                "Server.InsufficientInstanceCapacity",
                zone.cloud().last(waiting.id()).getFailure().getCode());
        var hopeless = zone.launch(1, 64, 1000).getFirst();
        hopeless.becomes(Phase.PHASE_UNSCHEDULABLE);
        large.terminate();
        waiting.becomes(Phase.PHASE_RUNNING);
        hopeless.terminate();
        hopeless.becomes(Phase.PHASE_GONE);
    }

    @Test
    void whatNoHostHasEverSeenIsGoneAtOnce() throws IOException {
        zone.host();
        var instance = new ZoneFixture.InstanceFixture(zone.cloud(), InstanceId.random());
        zone.cloud()
                .apply(List.of(ZoneFixture.wish(instance.id(), 1, 512).toBuilder()
                        .setGeneration(2)
                        .setPower(PowerState.POWER_STATE_TERMINATED)
                        .build()));
        instance.becomes(Phase.PHASE_GONE);
    }

    @Test
    void anInstanceWhoseHostIsUnknownWaitsForThatHost() throws IOException {
        zone.host();
        var host = new HostFixture(
                zone, "late", ZoneFixture.SMALL_HOST, SimulationPlan.healthy(), (id, simulated) -> simulated);
        try (host) {
            var id = InstanceId.random();
            zone.cloud()
                    .apply(List.of(ZoneFixture.wish(id, 1, 512).toBuilder()
                            .setNodeId(host.id().value())
                            .build()));
            var instance = new ZoneFixture.InstanceFixture(zone.cloud(), id);
            instance.becomes(Phase.PHASE_UNSCHEDULABLE);
            host.starts();
            instance.becomes(Phase.PHASE_RUNNING);
            assertEquals(host.id().value(), instance.host());
        }
    }

    @Test
    void anImageThatIsNoneFailsForGoodAndLeavesNothing() throws IOException {
        var host = zone.host(ZoneFixture.SMALL_HOST, SimulationPlan.healthy().with(Fault.IMAGE_DAMAGED, 1));
        var instance = zone.launch();
        instance.becomes(Phase.PHASE_FAILED);
        var failure = zone.cloud().last(instance.id()).getFailure();
        assertEquals("Client.InvalidImage", failure.getCode());
        assertFalse(failure.getRetryable());
        assertEquals(Set.of(), host.traces());
        assertEquals(List.of(), host.memory().instances());
        instance.terminate();
        instance.becomes(Phase.PHASE_GONE);
    }

    @Test
    void launchesThatFailNowAndThenAreTriedAgain() throws IOException {
        var flaky = SimulationPlan.healthy()
                .with(Fault.START, 0.3)
                .with(Fault.NETWORK, 0.2)
                .with(Fault.IMAGE_UNAVAILABLE, 0.1);
        var host = zone.host(ZoneFixture.SMALL_HOST, flaky);
        var instances = zone.launch(4);
        eventually("each runs or has failed for good", () -> instances.stream()
                .map(each -> zone.cloud().last(each.id()))
                .allMatch(each -> each.getPhase() == Phase.PHASE_RUNNING
                        || (each.getPhase() == Phase.PHASE_FAILED
                                && !each.getFailure().getRetryable())));
        var running = instances.stream()
                .filter(each -> zone.cloud().last(each.id()).getPhase() == Phase.PHASE_RUNNING)
                .map(each -> each.id().value())
                .collect(Collectors.toSet());
        assertEquals(running, host.traces(), "what failed has left nothing, seed " + flaky.seed());
    }

    @Test
    void aLaunchThatOneHostCannotMakeGoesToAnother() throws IOException {
        var broken = zone.host(ZoneFixture.SMALL_HOST, SimulationPlan.healthy().with(Fault.START, 1));
        var sound = zone.host();
        var instance = zone.launch();
        instance.becomes(Phase.PHASE_RUNNING);
        assertEquals(sound.id().value(), instance.host());
        assertEquals(0, instance.times(Phase.PHASE_FAILED), "the user sees no failure");
        assertTrue(
                zone.cloud().seen(instance.id()).stream()
                        .anyMatch(each -> each.getNodeId().equals(broken.id().value())
                                && each.getFailure().getRetryable()),
                "it was tried on the first host");
        assertEquals(Set.of(), broken.traces());
        zone.cloud().repeatAll();
        instance.stop();
        instance.becomes(Phase.PHASE_STOPPED);
        instance.start();
        instance.becomes(Phase.PHASE_RUNNING);
        assertEquals(sound.id().value(), instance.host());
    }

    @Test
    void aFullDiskIsToldAsMissingCapacity() throws IOException {
        var host = zone.host(ZoneFixture.SMALL_HOST, SimulationPlan.healthy().with(Fault.DISK_FULL, 1));
        var instance = zone.launch();
        eventually(
                "it failed for good",
                () -> zone.cloud().last(instance.id()).getPhase() == Phase.PHASE_FAILED
                        && !zone.cloud().last(instance.id()).getFailure().getRetryable());
        assertEquals(
                "Server.InsufficientInstanceCapacity",
                zone.cloud().last(instance.id()).getFailure().getCode());
        assertEquals(Set.of(), host.traces());
    }
}
