package io.coppice.node.agent;

import static io.coppice.node.lab.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.InstanceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this fails, a guest stands still for ever because of a snapshot, or a tenant's agent holds up its host. */
class FrozenGuestsTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Freeze HELD = new Freeze.Held(FakeAgents.FILE_SYSTEMS);

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
