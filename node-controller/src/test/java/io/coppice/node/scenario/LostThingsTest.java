package io.coppice.node.scenario;

import static io.coppice.node.scenario.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.agent.InstanceMemory.Progress;
import io.coppice.node.simulated.SimulationPlan;
import io.coppice.proto.cluster.v1.HostState;
import io.coppice.proto.compute.v1.Phase;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** If this failed, what a zone loses (a wire, a process, the power, a disk) would take guests or users' bytes with it. */
class LostThingsTest extends ZoneScenario {
    @Test
    void aWireThatIsPulledDuringALaunchLosesNothing() throws IOException {
        var slow = new SimulationPlan(
                Duration.ofSeconds(1),
                Duration.ofMillis(300),
                Duration.ofMillis(50),
                Duration.ofMillis(50),
                Map.of(),
                1);
        var host = zone.host(ZoneFixture.SMALL_HOST, slow);
        var instance = zone.launch();
        eventually("the image is on its way", () -> instance.times(Phase.PHASE_FETCHING_IMAGE) > 0);
        host.wire().pull();
        eventually("the guest runs all the same", () -> host.runs(instance.id()));
        eventually("the host counts as unreachable", () -> zone.state(host) == HostState.HOST_STATE_UNREACHABLE);
        host.wire().plugIn();
        instance.becomes(Phase.PHASE_RUNNING);
        assertEquals(HostState.HOST_STATE_UP, zone.state(host));
        assertEquals(1, host.boots(instance.id()));
    }

    @Test
    void guestsOutliveTheController() throws IOException {
        var host = zone.host();
        var instances = zone.launch(3);
        instances.forEach(each -> each.becomes(Phase.PHASE_RUNNING));
        zone.controllerStops();
        zone.controllerStarts();
        eventually("the host is back", () -> zone.state(host) == HostState.HOST_STATE_UP);
        eventually(
                "its capacity is accounted for again",
                () -> zone.cloud().hosts().getFirst().getUsed().getVcpus() == 3);
        var fourth = zone.launch();
        fourth.becomes(Phase.PHASE_RUNNING);
        instances.getFirst().terminate();
        instances.getFirst().becomes(Phase.PHASE_GONE);
        instances.forEach(each -> assertTrue(host.boots(each.id()) <= 1));
        assertEquals(3, host.traces().size());
    }

    @Test
    void guestsOutliveTheAgent() throws IOException {
        var host = zone.host();
        var running = zone.launch();
        var stopped = zone.launch();
        running.becomes(Phase.PHASE_RUNNING);
        stopped.becomes(Phase.PHASE_RUNNING);
        stopped.stop();
        stopped.becomes(Phase.PHASE_STOPPED);
        eventually("it booted", () -> host.boots(running.id()) == 1);
        host.agentDies();
        running.stop();
        host.starts();
        running.becomes(Phase.PHASE_STOPPED);
        stopped.start();
        stopped.becomes(Phase.PHASE_RUNNING);
        assertEquals(1, host.boots(running.id()));
    }

    @Test
    void aHostThatLostPowerStartsItsGuestsAgainFromTheirDisks() throws IOException {
        var host = zone.host();
        var instance = zone.launch();
        instance.becomes(Phase.PHASE_RUNNING);
        host.dies();
        // Stands for the new boot id of a host that was switched on again.
        host.memory().keep(instance.id(), new Progress(1, "an-earlier-boot", 0));
        host.starts();
        eventually("the guest runs again", () -> host.runs(instance.id()));
        instance.becomes(Phase.PHASE_RUNNING);
    }

    @Test
    void aDiskThatIsGoneIsNeverReplacedByAnEmptyOne() throws IOException {
        var host = zone.host();
        var instance = zone.launch();
        instance.becomes(Phase.PHASE_RUNNING);
        instance.stop();
        instance.becomes(Phase.PHASE_STOPPED);
        host.dies();
        zone.controllerStops();
        host.simulation().loseDisk(instance.id());
        zone.controllerStarts();
        host.starts();
        instance.start();
        instance.becomes(Phase.PHASE_FAILED);
        assertDiskLost(host, instance);
    }

    @Test
    void aHostThatKnowsNothingOfAnInstanceThatRanMakesNoNewDisk() throws IOException {
        var host = zone.host();
        var instance = new ZoneFixture.InstanceFixture(zone.cloud(), InstanceId.random());
        zone.cloud()
                .apply(List.of(ZoneFixture.wish(instance.id(), 1, 512).toBuilder()
                        .setNodeId(host.id().value())
                        .setDiskExpected(true)
                        .build()));
        instance.becomes(Phase.PHASE_FAILED);
        assertDiskLost(host, instance);
    }

    private void assertDiskLost(HostFixture host, ZoneFixture.InstanceFixture instance) {
        var failure = zone.cloud().last(instance.id()).getFailure();
        assertEquals("Server.InternalError", failure.getCode());
        assertEquals("The instance's disk is not on this host.", failure.getMessage());
        assertFalse(failure.getRetryable());
        assertEquals(
                0,
                zone.cloud().seen(instance.id()).stream()
                        .filter(each -> each.getFailure().getRetryable())
                        .count());
        assertFalse(host.runs(instance.id()));
        assertEquals(Set.of(), host.traces());
    }

    @Test
    void aGuestThatShutsItselfDownIsStoppedAndStaysSo() throws IOException {
        var host = zone.host();
        var instance = zone.launch();
        instance.becomes(Phase.PHASE_RUNNING);
        host.simulation().hypervisor().shutDownFromInside(instance.id());
        instance.becomes(Phase.PHASE_STOPPED);
        assertTrue(zone.cloud().last(instance.id()).getGuestInitiated());
        zone.cloud().repeatAll();
        host.agentDies();
        host.starts();
        eventually("the host is back", () -> zone.state(host) == HostState.HOST_STATE_UP);
        instance.becomes(Phase.PHASE_STOPPED);
        assertFalse(host.runs(instance.id()));
        instance.start();
        instance.becomes(Phase.PHASE_RUNNING);
    }

    @Test
    void aGuestThatFallsOffIsStartedAgain() throws IOException {
        var host = zone.host();
        var instance = zone.launch();
        instance.becomes(Phase.PHASE_RUNNING);
        for (int fall = 1; fall <= 5; fall++) {
            host.simulation().hypervisor().powerOff(instance.id());
            var starts = fall + 1;
            eventually("start number " + starts, () -> instance.times(Phase.PHASE_RUNNING) >= starts);
            assertTrue(host.runs(instance.id()));
        }
        assertEquals(0, instance.times(Phase.PHASE_STOPPED));
        assertTrue(
                zone.cloud().seen(instance.id()).stream()
                        .anyMatch(each -> each.getFailure().getRetryable()),
                "after a few times there is a wait, and it is told");
    }

    @Test
    void aGuestThatNobodyKnowsIsReportedAndNeverTouched() throws IOException {
        var host = zone.host();
        var instance = zone.launch();
        instance.becomes(Phase.PHASE_RUNNING);
        host.agentDies();
        host.simulation().loseWish(instance.id());
        zone.controllerStops();
        zone.controllerStarts();
        host.starts();
        eventually("the host is back", () -> zone.state(host) == HostState.HOST_STATE_UP);
        assertTrue(host.runs(instance.id()));
        assertEquals(Phase.PHASE_RUNNING, zone.cloud().last(instance.id()).getPhase());
        instance.terminate();
        instance.becomes(Phase.PHASE_GONE);
        assertEquals(Set.of(), host.traces());
    }
}
