package io.coppice.node.agent;

import static io.coppice.node.lab.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.disk.DiskStore.CachedBase;
import io.coppice.node.image.ImageCache;
import io.coppice.node.simulated.SimulatedHardware;
import io.coppice.node.simulated.SimulatedHost;
import io.coppice.node.simulated.SimulationPlan;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.ImageReference;
import io.coppice.proto.compute.v1.Machine;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.compute.v1.PowerState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, a guest whose image turned out to be another one would go on, or one whose image's address ran out would
 * wait in silence.
 */
class ArrivingImageActorTest {
    @TempDir
    Path folder;

    private final InstanceId instance = InstanceId.random();
    private final List<Observation> reports = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private HostDrivers drivers;
    private ArrivingImages images;
    private VmActor actor;

    @BeforeEach
    void start() throws Exception {
        var host = SimulatedHost.open(folder, SimulatedHardware.server(), SimulationPlan.healthy(), timer)
                .drivers();
        images = new ArrivingImages(host.images());
        drivers = new HostDrivers(
                host.hypervisor(), host.network(), host.disks(), images, host.metadata(), host.memory());
        var reporter = new VmContext.Reporter() {
            @Override
            public void report(Observation.Builder observation) {
                reports.add(observation.build());
            }

            @Override
            public void ended(InstanceId ended, Observation.Builder last) {
                reports.add(last.build());
            }
        };
        var workers = new VmContext.Workers(executor, timer, new Semaphore(4));
        var frozen = FrozenGuests.of(host.hypervisor(), host.memory(), workers, FreezeLimits.defaults());
        actor = new VmActor(
                instance, new VmContext(drivers, AgentSettings.defaults(), workers, reporter, frozen, "boot"), null);
        actor.wish(DesiredInstance.newBuilder()
                .setInstanceId(instance.value())
                .setGeneration(1)
                .setAccountId("123456789012")
                .setPower(PowerState.POWER_STATE_RUNNING)
                .setMachine(Machine.newBuilder().setVcpus(1).setMemoryMib(128).setRootDiskMib(1))
                .setImage(ImageReference.newBuilder()
                        .setSha256("0".repeat(64))
                        .setSizeBytes(1)
                        .setFormat("raw")
                        .setUrl("https://store/image"))
                .build());
        eventually("it runs", () -> last().getPhase() == Phase.PHASE_RUNNING);
    }

    @AfterEach
    void stop() {
        actor.close();
        executor.close();
        timer.shutdownNow();
    }

    @Test
    void aGuestOfAnotherImageThanWasRegisteredIsGivenUpWithItsDisk() throws Exception {
        images.arrival = ImageCache.Arrival.REFUSED;
        actor.wakeForImage();
        eventually("it is given up", () -> last().getPhase() == Phase.PHASE_FAILED);
        assertEquals("Client.InvalidImage", last().getFailure().getCode());
        assertFalse(drivers.hypervisor().find(instance).isPresent());
        assertFalse(drivers.disks().hasRootDisk(instance));
    }

    @Test
    void anotherAddressIsAskedForWhileTheGuestStays() throws Exception {
        images.arrival = ImageCache.Arrival.WAITS_FOR_ADDRESS;
        actor.wakeForImage();
        eventually("it is asked for", () -> last().getImageAddressWanted());
        assertEquals(Phase.PHASE_RUNNING, last().getPhase());
    }

    private Observation last() {
        return reports.isEmpty() ? Observation.getDefaultInstance() : reports.getLast();
    }

    private static final class ArrivingImages implements ImageCache {
        private final ImageCache images;
        private volatile Arrival arrival = Arrival.NONE;

        private ArrivingImages(ImageCache images) {
            this.images = images;
        }

        @Override
        public CachedBase fetch(ImageSpec image, IntConsumer progress) throws IOException, InterruptedException {
            return images.fetch(image, progress);
        }

        @Override
        public Arrival arrival(String sha256) {
            return arrival;
        }

        @Override
        public List<String> cached(int limit) {
            return images.cached(limit);
        }

        @Override
        public long sizeBytes() {
            return images.sizeBytes();
        }
    }
}
