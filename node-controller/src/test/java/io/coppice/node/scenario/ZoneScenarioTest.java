package io.coppice.node.scenario;

import static io.coppice.node.scenario.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.agent.InstanceMemory.Progress;
import io.coppice.node.simulated.SimulationPlan;
import io.coppice.node.simulated.SimulationPlan.Fault;
import io.coppice.proto.cluster.v1.HostState;
import io.coppice.proto.cluster.v1.WatchRequest;
import io.coppice.proto.cluster.v1.ZoneEvent;
import io.coppice.proto.compute.v1.AttachedVolume;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.DiskCopy;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.compute.v1.PowerState;
import io.coppice.proto.ebs.v1.VolumeExport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, a wish of the Cloud Controller would not come true on a host, or would come true twice. */
class ZoneScenarioTest {
    @TempDir
    Path folder;

    private ZoneFixture zone;

    @BeforeEach
    void openZone() throws IOException {
        zone = new ZoneFixture(folder);
    }

    @AfterEach
    void closeZone() throws Exception {
        zone.close();
    }

    @Test
    void instancesLaunchStopStartAndTerminate() throws IOException {
        var host = zone.host();
        var both = zone.launch(2);
        both.forEach(each -> each.becomes(Phase.PHASE_RUNNING));
        var first = both.getFirst();
        assertEquals(host.id().value(), first.host());
        assertTrue(host.runs(first.id()));

        first.stop();
        first.becomes(Phase.PHASE_STOPPED);
        assertFalse(host.runs(first.id()));
        assertFalse(zone.cloud().last(first.id()).getGuestInitiated());

        first.start();
        first.becomes(Phase.PHASE_RUNNING);
        assertTrue(host.runs(first.id()));

        both.forEach(ZoneFixture.InstanceFixture::terminate);
        both.forEach(each -> each.becomes(Phase.PHASE_GONE));
        assertEquals(Set.of(), host.traces());
        both.forEach(each -> assertEquals(0, host.boots(each.id()), "its console is gone"));
        assertEquals(List.of(), host.memory().instances());
        eventually(
                "the host's capacity is free again",
                () -> zone.cloud().hosts().getFirst().getUsed().getVcpus() == 0
                        && zone.cloud().hosts().getFirst().getUsed().getDiskMib() == 0);
    }

    @Test
    void aRebootHappensOnceHoweverOftenItIsAsked() throws IOException {
        var host = zone.host();
        var instance = zone.launch();
        instance.becomes(Phase.PHASE_RUNNING);
        eventually("it booted", () -> host.boots(instance.id()) == 1);
        instance.reboot();
        instance.becomes(Phase.PHASE_RUNNING);
        eventually(
                "the reboot is confirmed",
                () -> zone.cloud().last(instance.id()).getRebootCount() == 1);
        zone.cloud().repeatAll();
        zone.cloud().repeatAll();
        eventually("it booted again", () -> host.boots(instance.id()) == 2);
        host.agentDies();
        host.starts();
        zone.cloud().repeatAll();
        eventually("the host is back", () -> zone.state(host) == HostState.HOST_STATE_UP);
        instance.reboot();
        eventually("the second reboot came, and no third", () -> host.boots(instance.id()) == 3);
        assertEquals(2, zone.cloud().last(instance.id()).getRebootCount());
    }

    @Test
    void aGuestIsOffWhileItsDisksRestAndGoesOnAfterwards() throws IOException {
        var host = zone.host();
        var instance = zone.launch();
        instance.becomes(Phase.PHASE_RUNNING);
        var copy = DiskCopy.newBuilder()
                .setCopyId("ami-00000000000000001")
                .setShutDown(true)
                .setTarget(VolumeExport.newBuilder().setName("e1").setUnixPath("/run/target"))
                .build();
        ask(instance, wish -> wish.setDiskCopy(copy));
        eventually(
                "it is copied",
                () -> zone.cloud().last(instance.id()).getDiskCopy().getCopyId().equals("ami-00000000000000001"));
        instance.becomes(Phase.PHASE_RUNNING);
        assertFalse(host.runs(instance.id()), "the guest was not shut down");
        zone.cloud().repeatAll();
        host.agentDies();
        host.starts();
        eventually("the host is back", () -> zone.state(host) == HostState.HOST_STATE_UP);
        assertFalse(host.runs(instance.id()), "the guest was started too early");
        ask(instance, wish -> wish.clearDiskCopy());
        eventually("the guest goes on", () -> host.runs(instance.id()));
        instance.becomes(Phase.PHASE_RUNNING);
        ask(
                instance,
                wish -> wish.setDiskCopy(
                        copy.toBuilder().setCopyId("ami-00000000000000002").setShutDown(false)));
        eventually(
                "it is copied while it runs",
                () -> zone.cloud().last(instance.id()).getDiskCopy().getCopyId().equals("ami-00000000000000002"));
        assertTrue(host.runs(instance.id()));
    }

    @Test
    void aGuestThatBootsFromAVolumeNeedsNeitherImageNorRoomNorTheSameDiskTwice() throws IOException {
        var host = zone.host();
        var wish = ZoneFixture.wish(InstanceId.random(), 1, 256).toBuilder()
                .clearImage()
                .setRootVolumeId("vol-00000000000000001")
                .addVolumes(AttachedVolume.newBuilder()
                        .setVolumeId("vol-00000000000000001")
                        .setDevice("/dev/sda1")
                        .setExport(VolumeExport.newBuilder().setName("e1").setUnixPath("/run/root")))
                .setDiskExpected(true);
        wish.getMachineBuilder().setRootDiskMib(0);
        zone.cloud().apply(List.of(wish.build()));
        var instance = new ZoneFixture.InstanceFixture(zone.cloud(), new InstanceId(wish.getInstanceId()));
        instance.becomes(Phase.PHASE_RUNNING);
        assertTrue(host.runs(instance.id()));
        assertEquals(0, instance.times(Phase.PHASE_FETCHING_IMAGE));
        assertEquals(
                List.of("vol-00000000000000001"),
                zone.cloud().last(instance.id()).getVolumes().getVolumeIdsList());
        eventually(
                "no room is taken",
                () -> zone.cloud().hosts().getFirst().getUsed().getVcpus() == 1
                        && zone.cloud().hosts().getFirst().getUsed().getDiskMib() == 0);
    }

    private void ask(ZoneFixture.InstanceFixture instance, Consumer<DesiredInstance.Builder> change) {
        var wish = zone.cloud().wish(instance.id()).toBuilder();
        change.accept(wish.setGeneration(wish.getGeneration() + 1));
        zone.cloud().apply(List.of(wish.build()));
    }

    @Test
    void olderWishesAreIgnored() throws IOException {
        var host = zone.host();
        var instance = zone.launch();
        instance.becomes(Phase.PHASE_RUNNING);
        var running = zone.cloud().wish(instance.id());
        instance.stop();
        instance.becomes(Phase.PHASE_STOPPED);
        var stopped = zone.cloud().wish(instance.id());
        zone.cloud().apply(List.of(running));
        zone.cloud().apply(List.of(stopped));
        instance.start();
        instance.becomes(Phase.PHASE_RUNNING);
        assertEquals(
                2,
                zone.cloud().seen(instance.id()).stream()
                        .filter(each -> each.getPhase() == Phase.PHASE_STARTING)
                        .count());
        assertTrue(host.runs(instance.id()));
    }

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
        var host = new HostFixture(zone, "late", ZoneFixture.SMALL_HOST, SimulationPlan.healthy());
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

    @Test
    void aTerminationBreaksOffALaunch() throws IOException {
        var slow = new SimulationPlan(Duration.ofMinutes(10), Duration.ZERO, Duration.ZERO, Duration.ZERO, Map.of(), 1);
        var host = zone.host(ZoneFixture.SMALL_HOST, slow);
        var instance = zone.launch();
        eventually("the image is on its way", () -> instance.times(Phase.PHASE_FETCHING_IMAGE) > 0);
        instance.terminate();
        instance.becomes(Phase.PHASE_GONE);
        assertEquals(Set.of(), host.traces());
    }

    @Test
    void aDeafGuestLosesItsPowerWhenTheGraceIsOver() throws IOException {
        var host = zone.host(ZoneFixture.SMALL_HOST, SimulationPlan.healthy().with(Fault.DEAF_GUEST, 1));
        var instance = zone.launch();
        instance.becomes(Phase.PHASE_RUNNING);
        instance.stop();
        instance.becomes(Phase.PHASE_STOPPED);
        assertFalse(host.runs(instance.id()));
        instance.start();
        instance.becomes(Phase.PHASE_RUNNING);
        instance.change(PowerState.POWER_STATE_STOPPED_HARD);
        instance.becomes(Phase.PHASE_STOPPED);
    }

    @Test
    void theConsoleShowsWhatTheGuestWrote() throws IOException {
        var host = zone.host();
        var instance = zone.launch();
        instance.becomes(Phase.PHASE_RUNNING);
        eventually("it booted", () -> host.boots(instance.id()) == 1);
        assertTrue(zone.cloud().console(instance.id()).contains("simulated guest " + instance.id()));
        host.simulation().says(instance.id(), "x".repeat(100_000) + "the end");
        var tail = zone.cloud().console(instance.id());
        assertEquals(65_536, tail.length());
        assertTrue(tail.endsWith("the end"));
    }

    @Test
    void aWatchResumesWhereItWasAndElseBeginsWithASnapshot() throws IOException {
        var host = zone.host();
        var instance = zone.launch();
        instance.becomes(Phase.PHASE_RUNNING);
        var first = zone.cloud().readWatch(WatchRequest.getDefaultInstance(), 4);
        assertEquals(
                List.of(
                        ZoneEvent.BodyCase.SNAPSHOT_BEGIN,
                        ZoneEvent.BodyCase.HOST,
                        ZoneEvent.BodyCase.OBSERVATION,
                        ZoneEvent.BodyCase.SNAPSHOT_END),
                first.stream().map(ZoneEvent::getBodyCase).toList());
        var end = first.getLast();
        assertEquals(List.of(host.id().value()), end.getSnapshotEnd().getCompleteNodeIdsList());
        instance.stop();
        instance.becomes(Phase.PHASE_STOPPED);
        var resumed = zone.cloud()
                .readWatch(
                        WatchRequest.newBuilder()
                                .setStreamId(end.getStreamId())
                                .setAfterSequence(end.getSequence())
                                .build(),
                        2);
        assertEquals(end.getSequence() + 1, resumed.getFirst().getSequence());
        assertEquals(Phase.PHASE_STOPPING, resumed.getFirst().getObservation().getPhase());
        assertEquals(end.getSequence() + 2, resumed.getLast().getSequence());
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
