package io.coppice.node.agent;

import static io.coppice.node.lab.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.node.hypervisor.GuestAgents.FileSystem;
import io.coppice.node.hypervisor.VolumePlug;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this fails, a guest stands still for ever because of a snapshot, or a tenant's agent holds up its host. */
class FrozenGuestsTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Freeze HELD = new Freeze.Held(FakeAgents.FILE_SYSTEMS);

    private static final VolumeId ROOT = VolumeId.random();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final InstanceId instance = InstanceId.random();
    private final FakeAgents agents = new FakeAgents();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private volatile boolean off;

    @SuppressWarnings("NullAway.Init")
    private InstanceFiles memory;

    @BeforeEach
    void prepare() throws IOException {
        memory = new InstanceFiles(folder);
        Files.createDirectories(folder.resolve(instance.value()));
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
        executor.shutdownNow();
    }

    private FrozenGuests guests(Duration answer, Duration frozen) {
        var workers = new VmContext.Workers(executor, timer, new Semaphore(1));
        return new FrozenGuests(agents, each -> off, memory, workers, new FreezeLimits(answer, frozen));
    }

    private FrozenGuests guests() {
        return guests(Duration.ofMillis(1900), LONG);
    }

    @Test
    void aGuestStandsStillUntilTheLastWhoWantsItLetsGo() {
        var guests = guests();
        assertEquals(HELD, guests.freeze(instance, "one"));
        assertEquals(HELD, guests.freeze(instance, "two"));
        assertTrue(agents.frozen && memory.isFrozen(instance));
        assertEquals(HELD, guests.thaw(instance, "one"));
        assertTrue(agents.frozen, "another still wants it");
        assertEquals(HELD, guests.thaw(instance, "two"));
        assertFalse(agents.frozen || memory.isFrozen(instance));
        failed(guests.thaw(instance, "two"));
        assertEquals(1, agents.freezes.get());
    }

    @Test
    void onlyWhatLiesOnTheVolumesStandsStill() throws Exception {
        var first = VolumeId.random();
        var second = VolumeId.random();
        agents.mounted = List.of(on("/", ROOT), on("/a", first), on("/b", second), on("/both", first, second));
        var guests = guests();
        assertEquals(HELD, guests.freeze(instance, "one", Set.of(first)));
        assertEquals(Set.of("/a", "/both"), agents.still);
        assertEquals(HELD, guests.freeze(instance, "the same", Set.of(first)));
        assertEquals(1, agents.freezes.get());
        // For others it must be thawed first: an agent takes no second freeze.
        var other = executor.submit(() -> guests.freeze(instance, "other", Set.of(first, second)));
        assertEquals(HELD, guests.thaw(instance, "one"));
        assertFalse(other.isDone(), "what it wants does not stand still");
        assertEquals(HELD, guests.thaw(instance, "the same"));
        assertEquals(HELD, other.get());
        assertEquals(Set.of("/a", "/b", "/both"), agents.still);
        assertEquals(HELD, guests.thaw(instance, "other"));
        // Where all stands still everybody's does.
        assertEquals(HELD, guests.freeze(instance, "all"));
        assertEquals(Set.of(), agents.still);
        assertEquals(HELD, guests.freeze(instance, "one", Set.of(first)));
        assertEquals(3, agents.freezes.get());
    }

    @Test
    void whoWantsOtherFileSystemsDoesNotWaitForEver() {
        var volume = VolumeId.random();
        agents.mounted = List.of(on("/", ROOT), on("/a", volume));
        var guests = guests(Duration.ofMillis(300), LONG);
        assertEquals(HELD, guests.freeze(instance, "one", Set.of(volume)));
        failed(guests.freeze(instance, "all"));
        assertEquals(HELD, guests.thaw(instance, "one"));
        assertEquals(HELD, guests.freeze(instance, "all"));
    }

    @Test
    void whateverIsNotPlainHasAllStandStill() {
        var volume = VolumeId.random();
        var mounted = List.of(on("/", ROOT), on("/a", volume), new FileSystem("/snap", "squashfs", List.of()));
        var chosen = Set.of(volume);
        assertEquals(Set.of("/a"), FreezeScope.of(chosen, mounted));
        assertEquals(FreezeScope.ALL, FreezeScope.of(Set.of(), mounted));
        assertEquals(FreezeScope.ALL, FreezeScope.of(Set.of(volume, VolumeId.random()), mounted));
        for (var unclear : List.of(
                new FileSystem("/loop", "ext4", List.of()),
                new FileSystem("/raid", "ext4", List.of(VolumePlug.serial(VolumeId.random()), "")))) {
            var with = new ArrayList<>(mounted);
            with.add(unclear);
            assertEquals(FreezeScope.ALL, FreezeScope.of(chosen, with));
        }
        // An agent that says nothing of it.
        agents.mounted = List.of();
        assertEquals(HELD, guests().freeze(instance, "one", chosen));
        assertEquals(Set.of(), agents.still);
    }

    private static FileSystem on(String mountPoint, VolumeId... volumes) {
        return new FileSystem(
                mountPoint, "ext4", Stream.of(volumes).map(VolumePlug::serial).toList());
    }

    @Test
    void oneThatNobodyLetsGoGoesOnByItself() throws Exception {
        var guests = guests(Duration.ofMillis(1900), Duration.ofMillis(200));
        assertEquals(HELD, guests.freeze(instance, "killed meanwhile"));
        eventually("it goes on", () -> !agents.frozen && !memory.isFrozen(instance));
        failed(guests.thaw(instance, "killed meanwhile"));
        // What is frozen next is not thawed for the one before.
        assertEquals(HELD, guests().freeze(instance, "next"));
    }

    @Test
    void anAgentThatIsSilentHoldsUpNobodyAndIsNotAskedAgainMeanwhile() throws Exception {
        agents.silent = true;
        var guests = guests(Duration.ofMillis(300), LONG);
        var begun = System.nanoTime();
        failed(guests.freeze(instance, "one"));
        assertTrue(System.nanoTime() - begun < Duration.ofSeconds(15).toNanos());
        eventually("it is asked to thaw, whatever it did", () -> agents.thaws.get() > 0);
        failed(guests.freeze(instance, "two"));
        assertEquals(1, agents.freezes.get());
        agents.silent = false;
        eventually(
                "it may be asked again", () -> guests.freeze(instance, "three").equals(HELD));
    }

    @Test
    void oneThatFreezesWhenNobodyWaitsAnyMoreIsThawed() throws Exception {
        agents.late = true;
        failed(guests(Duration.ofMillis(100), LONG).freeze(instance, "one"));
        eventually("it goes on", () -> !agents.frozen && !memory.isFrozen(instance));
    }

    @Test
    void oneThatDoesNotThawIsAskedUntilItDoes() throws Exception {
        var guests = guests(Duration.ofMillis(300), LONG);
        assertEquals(HELD, guests.freeze(instance, "one"));
        agents.deafness.set(1);
        failed(guests.thaw(instance, "one"));
        assertTrue(agents.frozen && memory.isFrozen(instance));
        eventually("it goes on", () -> !agents.frozen && !memory.isFrozen(instance));
    }

    @Test
    void oneThatIsOffIsNotAskedForEver() {
        var guests = guests(Duration.ofMillis(100), LONG);
        assertEquals(HELD, guests.freeze(instance, "one"));
        agents.silent = true;
        off = true;
        failed(guests.thaw(instance, "one"));
        assertFalse(memory.isFrozen(instance));
        assertEquals(1, agents.thaws.get());
    }

    @Test
    void theNextProcessThawsWhatTheLastHasLeft() throws Exception {
        assertEquals(HELD, guests().freeze(instance, "killed with its process"));
        guests().thawIfLeft(InstanceId.random());
        guests().thawIfLeft(instance);
        eventually("it goes on", () -> !agents.frozen && !memory.isFrozen(instance));
        assertEquals(1, agents.thaws.get());
    }

    @Test
    void oneThatEndsInGoodOrderLeavesNothingFrozen() {
        var guests = guests();
        assertEquals(HELD, guests.freeze(instance, "one"));
        guests.close();
        assertFalse(agents.frozen || memory.isFrozen(instance));
        failed(guests.freeze(instance, "two"));
    }

    @Test
    void whatCannotBeSeenToIsNotFrozen() throws IOException {
        timer.shutdownNow();
        failed(guests().freeze(instance, "one"));
        Files.delete(folder.resolve(instance.value()));
        failed(guests().freeze(instance, "one"));
        agents.connected = false;
        failed(guests().freeze(instance, "one"));
        agents.connected = true;
        failed(guests().freeze(instance, "x".repeat(65)));
        assertEquals(0, agents.freezes.get());
    }

    private static void failed(Freeze freeze) {
        assertInstanceOf(Freeze.Failed.class, freeze);
    }
}
