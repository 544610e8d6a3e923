package io.coppice.node.simulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.node.disk.Disk;
import io.coppice.node.disk.NbdAddress;
import io.coppice.node.hypervisor.DomainSpec;
import io.coppice.node.hypervisor.Hypervisor;
import io.coppice.node.hypervisor.HypervisorContract;
import io.coppice.node.hypervisor.HypervisorException;
import io.coppice.node.hypervisor.VolumePlug;
import io.coppice.node.simulated.SimulationPlan.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, what is tried on simulated hosts would say nothing about real ones. */
class SimulatedHypervisorTest extends HypervisorContract {
    private static final AccountId ACCOUNT = new AccountId("123456789012");

    @TempDir
    Path folder;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    /** Of the host that was opened last. */
    private @Nullable SimulatedConsoles consoles;

    @AfterEach
    void stopTimer() {
        timer.shutdownNow();
    }

    @Override
    protected Hypervisor open() throws IOException {
        return open(SimulationPlan.healthy());
    }

    private SimulatedHypervisor open(SimulationPlan plan) throws IOException {
        var log = new KeyedLog(folder.resolve("host.log"));
        consoles = new SimulatedConsoles(log, Clock.systemUTC());
        return new SimulatedHypervisor(SimulatedHardware.server(), plan, log, consoles, Files::exists, timer);
    }

    @Override
    protected DomainSpec bootable(InstanceId instance, long generation) throws IOException {
        var disk = folder.resolve(instance + ".disk");
        if (!Files.exists(disk)) {
            Files.createFile(disk);
        }
        return spec(instance, generation, disk);
    }

    @Override
    protected VolumePlug volume() {
        return new VolumePlug(VolumeId.random(), new NbdAddress.Socket(""), "e0", 0);
    }

    @Override
    protected DomainSpec unstartable(InstanceId instance) {
        return spec(instance, 1, folder.resolve("missing.disk"));
    }

    private DomainSpec spec(InstanceId instance, long generation, Path disk) {
        return new DomainSpec(
                instance,
                ACCOUNT,
                generation,
                0,
                1,
                128,
                List.of(new Disk(disk, "raw", "root")),
                List.of(),
                folder.resolve(instance + ".console"));
    }

    @Override
    protected void shutDownFromInside(Hypervisor open, DomainSpec guest) {
        ((SimulatedHypervisor) open).shutDownFromInside(guest.instance());
    }

    @Override
    protected String console(DomainSpec spec) throws IOException {
        return new String(Objects.requireNonNull(consoles).of(spec.instance()).newest(), StandardCharsets.UTF_8);
    }

    @Override
    protected String bootedMarker() {
        return "login:";
    }

    @Test
    void theSameSeedFailsTheSameStarts() throws IOException {
        var plan = SimulationPlan.healthy().with(Fault.START, 0.5);
        var instances = IntStream.range(0, 32)
                .mapToObj(i -> new InstanceId("i-%017x".formatted(i)))
                .toList();
        var first = instances.stream()
                .map(id -> plan.strikes(Fault.START, id.value(), 0))
                .toList();
        var second = instances.stream()
                .map(id -> plan.strikes(Fault.START, id.value(), 0))
                .toList();
        assertEquals(first, second);
        assertEquals(2, first.stream().distinct().count(), "half of the starts fail, not all and not none");

        try (var broken = open(SimulationPlan.healthy().with(Fault.START, 1))) {
            var spec = bootable(InstanceId.random(), 1);
            assertThrows(HypervisorException.class, () -> broken.start(spec));
        }
    }
}
