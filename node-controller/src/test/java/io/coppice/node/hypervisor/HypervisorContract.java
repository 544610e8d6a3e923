package io.coppice.node.hypervisor;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * If this failed for a driver, an agent on top of it would start guests twice, lose them over a restart, or leave
 * something behind. Every {@link Hypervisor} passes it; a driver's own suite extends it.
 */
public abstract class HypervisorContract {
    private static final Duration REBOOT_GRACE = Duration.ofSeconds(20);

    private final List<InstanceId> used = new ArrayList<>();
    private Hypervisor hypervisor;

    /** Opens the host. Called again after {@link Hypervisor#close} to stand for a restart of the agent. */
    protected abstract Hypervisor open() throws Exception;

    /**
     * A guest that boots and that listens to shutdown requests. Called with a known instance again, it describes the same
     * disks with another generation.
     */
    protected abstract DomainSpec bootable(InstanceId instance, long generation) throws Exception;

    /** A guest that the hypervisor refuses to start, for example because a disk is missing. */
    protected abstract DomainSpec unstartable(InstanceId instance) throws Exception;

    /** Makes the running guest shut down by itself, as {@code poweroff} typed inside would. */
    protected abstract void shutDownFromInside(Hypervisor open, DomainSpec guest) throws Exception;

    /** What the guest's console shows once the guest listens to shutdown requests. */
    protected abstract String bootedMarker();

    /** A volume that guests of this host can be given, and that is served until the test ends. */
    protected abstract VolumePlug volume() throws Exception;

    /** How long a guest may take for a boot or a shutdown before the test fails. */
    protected Duration patience() {
        return Duration.ofMinutes(3);
    }

    @BeforeEach
    void openHost() throws Exception {
        hypervisor = open();
    }

    @AfterEach
    void removeGuests() {
        used.forEach(hypervisor::remove);
        hypervisor.close();
    }

    @Test
    void tellsWhatItIsAndCanCarry() {
        var info = hypervisor.info();
        assertFalse(info.driver().isBlank());
        assertFalse(info.version().isBlank());
        assertTrue(info.vcpus() > 0 && info.memoryMib() > 0, info.toString());
    }

    @Test
    void aRunningGuestHasAScreenAndTakesAnInterrupt() throws Exception {
        var spec = bootable(newInstance(), 1);
        assertThrows(HypervisorException.class, () -> hypervisor.screenshot(spec.instance()), "it does not run");
        hypervisor.start(spec);
        var picture =
                javax.imageio.ImageIO.read(new java.io.ByteArrayInputStream(hypervisor.screenshot(spec.instance())));
        assertTrue(picture.getWidth() > 0 && picture.getHeight() > 0);
        assertDoesNotThrow(() -> hypervisor.interrupt(spec.instance()));
        hypervisor.powerOff(spec.instance());
        assertThrows(HypervisorException.class, () -> hypervisor.interrupt(spec.instance()));
    }

    @Test
    void aRunningGuestTakesAVolumeAndLetsGoOfIt() throws Exception {
        var spec = bootable(newInstance(), 1);
        var volume = volume();
        assertEquals(Set.of(), hypervisor.volumes().of(spec.instance()));
        assertThrows(
                HypervisorException.class, () -> hypervisor.volumes().plug(spec.instance(), volume), "it does not run");
        startAndWaitForBoot(spec);
        hypervisor.volumes().plug(spec.instance(), volume);
        hypervisor.volumes().plug(spec.instance(), volume);
        assertEquals(Set.of(volume.volume()), hypervisor.volumes().of(spec.instance()));
        hypervisor.volumes().unplug(spec.instance(), volume.volume());
        eventually(
                "the guest lets go",
                () -> hypervisor.volumes().of(spec.instance()).isEmpty());
        hypervisor.volumes().unplug(spec.instance(), volume.volume());
    }

    @Test
    void aRunningGuestTakesAnInterfaceAndLetsGoOfIt() throws Exception {
        var spec = bootable(newInstance(), 1);
        var interfaces = hypervisor.interfaces();
        var second = endpoint();
        assertThrows(HypervisorException.class, () -> interfaces.plug(spec.instance(), second), "it does not run");
        startAndWaitForBoot(spec);
        var own = spec.endpoints().stream().map(Endpoint::mac).toList();
        assertEquals(Set.copyOf(own), interfaces.of(spec.instance()));
        interfaces.plug(spec.instance(), second);
        interfaces.plug(spec.instance(), second);
        assertTrue(interfaces.of(spec.instance()).contains(second.mac()));
        interfaces.unplug(spec.instance(), second.mac());
        eventually(
                "the guest lets go of it", () -> !interfaces.of(spec.instance()).contains(second.mac()));
        interfaces.unplug(spec.instance(), second.mac());
        assertEquals(Set.copyOf(own), interfaces.of(spec.instance()), "its own are left alone");
    }

    /** One that nothing is plugged into. */
    private static Endpoint endpoint() {
        var number = "%06x".formatted(ThreadLocalRandom.current().nextInt(1 << 24));
        var mac = "02:16:3e:%s:%s:%s".formatted(number.substring(0, 2), number.substring(2, 4), number.substring(4));
        return new Endpoint("vmt" + number, "", mac, 1450);
    }

    @Test
    void aGuestHasItsVolumesFromItsStart() throws Exception {
        var bare = bootable(newInstance(), 1);
        var volume = volume();
        var spec = new DomainSpec(
                bare.instance(),
                bare.account(),
                bare.generation(),
                bare.rebootCount(),
                bare.vcpus(),
                bare.memoryMib(),
                bare.disks(),
                bare.endpoints(),
                bare.consoleLog(),
                List.of(volume));
        hypervisor.start(spec);
        assertEquals(Set.of(volume.volume()), hypervisor.volumes().of(spec.instance()));
        hypervisor.powerOff(spec.instance());
        assertEquals(Set.of(), hypervisor.volumes().of(spec.instance()));
    }

    @Test
    void aStartedGuestRunsAndIsListedAsItWasDefined() throws Exception {
        var spec = bootable(newInstance(), 7);
        hypervisor.start(spec);
        var domain = hypervisor.find(spec.instance()).orElseThrow();
        assertEquals(DomainState.RUNNING, domain.state());
        assertEquals(spec.account(), domain.account());
        assertEquals(7, domain.generation());
        assertEquals(spec.rebootCount(), domain.rebootCount());
        assertEquals(spec.vcpus(), domain.vcpus());
        assertEquals(spec.memoryMib(), domain.memoryMib());
        assertTrue(hypervisor.list().contains(domain), "list and find tell the same");
        assertEquals(Optional.empty(), hypervisor.find(InstanceId.random()));
    }

    @Test
    void startingAgainChangesNothing() throws Exception {
        var spec = bootable(newInstance(), 1);
        hypervisor.start(spec);
        hypervisor.start(spec);
        assertEquals(
                1,
                hypervisor.list().stream()
                        .filter(domain -> domain.instance().equals(spec.instance()))
                        .count());
        assertState(DomainState.RUNNING, spec);
    }

    @Test
    void aPowerCutKeepsTheDefinitionAndALaterGenerationReplacesIt() throws Exception {
        var spec = bootable(newInstance(), 1);
        hypervisor.start(spec);
        hypervisor.powerOff(spec.instance());
        assertState(DomainState.SHUT_OFF, spec);
        hypervisor.powerOff(spec.instance());
        assertState(DomainState.SHUT_OFF, spec);
        hypervisor.start(spec);
        assertState(DomainState.RUNNING, spec);
        hypervisor.powerOff(spec.instance());
        hypervisor.start(bootable(spec.instance(), 3));
        var domain = hypervisor.find(spec.instance()).orElseThrow();
        assertEquals(3, domain.generation());
        assertEquals(DomainState.RUNNING, domain.state());
    }

    @Test
    void removingLeavesNothingAndMayBeRepeated() throws Exception {
        var running = bootable(newInstance(), 1);
        hypervisor.start(running);
        hypervisor.remove(running.instance());
        assertEquals(Optional.empty(), hypervisor.find(running.instance()));
        assertTrue(
                hypervisor.list().stream().noneMatch(domain -> domain.instance().equals(running.instance())));
        assertDoesNotThrow(() -> hypervisor.remove(running.instance()));
        assertDoesNotThrow(() -> hypervisor.powerOff(running.instance()));

        var off = bootable(newInstance(), 1);
        hypervisor.start(off);
        hypervisor.powerOff(off.instance());
        hypervisor.remove(off.instance());
        assertEquals(Optional.empty(), hypervisor.find(off.instance()));
    }

    @Test
    void aRefusedStartLeavesNothing() throws Exception {
        var spec = unstartable(newInstance());
        assertThrows(HypervisorException.class, () -> hypervisor.start(spec));
        assertEquals(Optional.empty(), hypervisor.find(spec.instance()));
    }

    @Test
    void aGuestFollowsAShutdownRequestAndTheEventSaysThatWeAsked() throws Exception {
        var events = new CopyOnWriteArrayList<DomainEvent>();
        var spec = bootable(newInstance(), 1);
        try (var subscription = hypervisor.subscribe(events::add)) {
            startAndWaitForBoot(spec);
            hypervisor.requestShutdown(spec.instance());
            eventually("the guest is off", () -> isOff(spec));
            eventually(
                    "the event came",
                    () -> events.contains(new DomainEvent(spec.instance(), DomainState.SHUT_OFF, false)));
        }
        assertFalse(events.contains(new DomainEvent(spec.instance(), DomainState.SHUT_OFF, true)));
    }

    @Test
    void aGuestThatShutsItselfDownIsReportedAsSuch() throws Exception {
        var events = new CopyOnWriteArrayList<DomainEvent>();
        var spec = bootable(newInstance(), 1);
        try (var subscription = hypervisor.subscribe(events::add)) {
            startAndWaitForBoot(spec);
            shutDownFromInside(hypervisor, spec);
            eventually("the guest is off", () -> isOff(spec));
            eventually(
                    "the event came",
                    () -> events.contains(new DomainEvent(spec.instance(), DomainState.SHUT_OFF, true)));
        }
    }

    @Test
    void aClosedSubscriptionHearsNothing() throws Exception {
        var events = new CopyOnWriteArrayList<DomainEvent>();
        var heard = new CopyOnWriteArrayList<DomainEvent>();
        var subscription = hypervisor.subscribe(events::add);
        subscription.close();
        subscription.close();
        var spec = bootable(newInstance(), 1);
        try (var other = hypervisor.subscribe(heard::add)) {
            hypervisor.start(spec);
            eventually("the other subscriber heard of the start", () -> !heard.isEmpty());
        }
        assertEquals(List.of(), events);
    }

    @Test
    void aRebootStartsTheGuestAnewAndKeepsItsDefinition() throws Exception {
        var spec = bootable(newInstance(), 1);
        startAndWaitForBoot(spec);
        hypervisor.reboot(spec.instance(), REBOOT_GRACE);
        eventually("the guest booted twice", () -> boots(spec) == 2);
        var domain = hypervisor.find(spec.instance()).orElseThrow();
        assertEquals(DomainState.RUNNING, domain.state());
        assertEquals(1, domain.generation());
    }

    @Test
    void guestsOutliveTheProcess() throws Exception {
        var running = bootable(newInstance(), 4);
        var off = bootable(newInstance(), 2);
        startAndWaitForBoot(running);
        hypervisor.start(off);
        hypervisor.powerOff(off.instance());
        var before = hypervisor.find(running.instance());
        hypervisor.close();
        hypervisor = open();
        assertEquals(before, hypervisor.find(running.instance()));
        assertState(DomainState.SHUT_OFF, off);
        assertEquals(1, boots(running), "the guest went on without a second boot");
        hypervisor.start(bootable(running.instance(), 4));
        assertEquals(before, hypervisor.find(running.instance()));
    }

    private InstanceId newInstance() {
        var instance = InstanceId.random();
        used.add(instance);
        return instance;
    }

    private void startAndWaitForBoot(DomainSpec spec) {
        hypervisor.start(spec);
        eventually("the guest booted", () -> boots(spec) > 0);
    }

    private int boots(DomainSpec spec) {
        try {
            return console(spec).split(Pattern.quote(bootedMarker()), -1).length - 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the guest has written to its first serial port. */
    protected String console(DomainSpec spec) throws IOException {
        return Files.exists(spec.consoleLog()) ? Files.readString(spec.consoleLog(), StandardCharsets.ISO_8859_1) : "";
    }

    private boolean isOff(DomainSpec spec) {
        return hypervisor.find(spec.instance()).orElseThrow().state() == DomainState.SHUT_OFF;
    }

    private void assertState(DomainState expected, DomainSpec spec) {
        assertEquals(
                expected, hypervisor.find(spec.instance()).map(Domain::state).orElseThrow());
    }

    private void eventually(String what, BooleanSupplier condition) {
        var deadline = System.nanoTime() + patience().toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + patience() + ": " + what);
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting: " + what, e);
            }
        }
    }
}
