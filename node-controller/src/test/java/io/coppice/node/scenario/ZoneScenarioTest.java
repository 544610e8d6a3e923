package io.coppice.node.scenario;

import static io.coppice.node.scenario.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.InstanceId;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** If this failed, a wish of the Cloud Controller would not come true on a host, or would come true twice. */
class ZoneScenarioTest extends ZoneScenario {
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
}
