package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.disk.CopyTarget;
import io.coppice.node.hypervisor.Domain;
import io.coppice.node.hypervisor.DomainEvent;
import io.coppice.node.hypervisor.DomainSpec;
import io.coppice.node.hypervisor.DomainState;
import io.coppice.node.hypervisor.GuestInterfaces;
import io.coppice.node.hypervisor.GuestVolumes;
import io.coppice.node.hypervisor.Hypervisor;
import io.coppice.node.hypervisor.HypervisorException;
import io.coppice.node.hypervisor.HypervisorInfo;
import io.coppice.node.simulated.SimulationPlan.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Guests that only pretend. They survive the process in the host's log, as real ones survive in their hypervisor. All
 * waiting happens on the shared timer, so an idle host has no thread. Thread-safe.
 */
public final class SimulatedHypervisor implements Hypervisor {
    private static final String VERSION = "Simulation 1";

    private final SimulatedHardware hardware;
    private final SimulationPlan plan;
    private final FaultDice dice;
    private final ScheduledExecutorService timer;
    private final SimulatedGuests kept;
    private final SimulatedConsoles consoles;
    private final Predicate<Path> disks;
    private final RunningGuests running =
            new RunningGuests(instance -> currentRun(instance).isPresent());
    private final SimulatedVolumes volumes = new SimulatedVolumes(running);
    private final SimulatedInterfaces interfaces = new SimulatedInterfaces(running);

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Map<InstanceId, Running> guests = new HashMap<>();
    private final List<Consumer<DomainEvent>> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    /**
     * Opens the host whose guests are in {@code log}; those that ran still run.
     *
     * @param disks whether a disk is there
     * @param timer lets time pass for guests; shared by all hosts of the process and not closed here
     */
    SimulatedHypervisor(
            SimulatedHardware hardware,
            SimulationPlan plan,
            KeyedLog log,
            SimulatedConsoles consoles,
            Predicate<Path> disks,
            ScheduledExecutorService timer)
            throws IOException {
        this.hardware = hardware;
        this.plan = plan;
        this.dice = new FaultDice(plan);
        this.timer = timer;
        this.consoles = consoles;
        this.disks = disks;
        this.kept = new SimulatedGuests(log);
        kept.load().forEach(domain -> guests.put(domain.instance(), new Running(domain, 0, true)));
    }

    /**
     * A guest in this process.
     *
     * @param run rises with every start, so that what was planned for an earlier run does not touch a later one
     * @param booted whether it listens to requests
     */
    private record Running(Domain domain, long run, boolean booted) {}

    @Override
    public HypervisorInfo info() {
        return new HypervisorInfo(
                "simulated", VERSION, hardware.architecture(), false, hardware.vcpus(), hardware.memoryMib());
    }

    @Override
    public List<Domain> list() {
        lock.lock();
        try {
            return guests.values().stream().map(Running::domain).toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Domain> find(InstanceId instance) {
        lock.lock();
        try {
            return Optional.ofNullable(guests.get(instance)).map(Running::domain);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void start(DomainSpec spec) {
        var instance = spec.instance();
        if (find(instance)
                .filter(domain -> domain.state() == DomainState.RUNNING)
                .isPresent()) {
            return;
        }
        pause(plan.startTime());
        if (dice.strikes(Fault.START, instance.value())) {
            throw new HypervisorException("simulated: " + instance + " could not be started");
        }
        if (spec.disks().stream().anyMatch(disk -> !disks.test(disk.file()))) {
            throw new HypervisorException("simulated: a disk of " + instance + " does not exist");
        }
        long run;
        lock.lock();
        try {
            var before = guests.get(instance);
            run = before == null ? 1 : before.run() + 1;
            put(new Running(domainOf(spec, before), run, false));
            volumes.started(spec);
            interfaces.started(spec);
        } finally {
            lock.unlock();
        }
        tell(new DomainEvent(instance, DomainState.RUNNING, false));
        later(plan.bootTime(), () -> boot(instance, run));
    }

    private static Domain domainOf(DomainSpec spec, @Nullable Running before) {
        if (before != null && before.domain().generation() == spec.generation()) {
            return before.domain().in(DomainState.RUNNING);
        }
        return new Domain(
                spec.instance(),
                spec.account(),
                spec.generation(),
                spec.rebootCount(),
                DomainState.RUNNING,
                spec.vcpus(),
                spec.memoryMib());
    }

    @Override
    public GuestVolumes volumes() {
        return volumes;
    }

    @Override
    public GuestInterfaces interfaces() {
        return interfaces;
    }

    @Override
    public boolean isCopyingRoot(InstanceId instance, CopyTarget target) {
        return false;
    }

    @Override
    public boolean copyRoot(InstanceId instance, CopyTarget target) {
        running.require(instance);
        return true;
    }

    @Override
    public void requestShutdown(InstanceId instance) {
        ask(instance, run -> shutOff(instance, run, false));
    }

    @Override
    public void powerOff(InstanceId instance) {
        currentRun(instance).ifPresent(run -> shutOff(instance, run, false));
    }

    @Override
    public void reboot(InstanceId instance, Duration grace) {
        var run = currentRun(instance);
        if (run.isEmpty()) {
            throw new HypervisorException("simulated: " + instance + " does not run, so it cannot be rebooted");
        }
        // A deaf guest is reset when the grace is over; a listening one follows after its shutdown time.
        var deaf = dice.strikes(Fault.DEAF_GUEST, instance.value());
        later(deaf ? grace : plan.shutdownTime(), () -> bootAgain(instance, run.get()));
    }

    @Override
    public void remove(InstanceId instance) {
        powerOff(instance);
        lock.lock();
        try {
            volumes.forget(instance);
            interfaces.forget(instance);
            if (guests.remove(instance) != null) {
                kept.delete(instance);
            }
        } catch (IOException e) {
            throw new HypervisorException("simulated: could not forget " + instance, e);
        } finally {
            lock.unlock();
        }
        dice.forget(instance);
    }

    @Override
    public byte[] screenshot(InstanceId instance) {
        running.require(instance);
        return SimulatedScreen.of(instance);
    }

    @Override
    public void interrupt(InstanceId instance) {
        running.require(instance);
        lock.lock();
        try {
            if (guests.containsKey(instance)) {
                consoles.write(instance, SimulatedConsoles.INTERRUPTED);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Subscription subscribe(Consumer<DomainEvent> listener) {
        var open = new AtomicBoolean(true);
        Consumer<DomainEvent> guarded = event -> {
            if (open.get()) {
                listener.accept(event);
            }
        };
        listeners.add(guarded);
        return () -> {
            open.set(false);
            listeners.remove(guarded);
        };
    }

    @Override
    public void close() {
        closed = true;
        listeners.clear();
    }

    /** The guest shuts itself down, as {@code poweroff} typed inside would do it. Does nothing when it does not run. */
    public void shutDownFromInside(InstanceId instance) {
        currentRun(instance).ifPresent(run -> shutOff(instance, run, true));
    }

    /** All guests stop at once, as in a power cut; nobody hears of it as an event. */
    public void cutPower() {
        lock.lock();
        try {
            for (var each : List.copyOf(guests.values())) {
                put(new Running(each.domain().in(DomainState.SHUT_OFF), each.run(), false));
            }
        } finally {
            lock.unlock();
        }
    }

    private void ask(InstanceId instance, Consumer<Long> follow) {
        var run = currentRun(instance);
        if (run.isEmpty() || dice.strikes(Fault.DEAF_GUEST, instance.value())) {
            return;
        }
        var wait = booted(instance) ? plan.shutdownTime() : plan.shutdownTime().plus(plan.bootTime());
        later(wait, () -> follow.accept(run.get()));
    }

    private void boot(InstanceId instance, long run) {
        lock.lock();
        try {
            var current = guests.get(instance);
            if (current == null || !isRun(current, run)) {
                return;
            }
            guests.put(instance, new Running(current.domain(), run, true));
            consoles.boot(instance);
        } finally {
            lock.unlock();
        }
    }

    private void bootAgain(InstanceId instance, long run) {
        lock.lock();
        try {
            var current = guests.get(instance);
            if (current == null || !isRun(current, run)) {
                return;
            }
            consoles.write(instance, SimulatedConsoles.RESTARTING);
        } finally {
            lock.unlock();
        }
        later(plan.bootTime(), () -> boot(instance, run));
    }

    private void shutOff(InstanceId instance, long run, boolean guestInitiated) {
        lock.lock();
        try {
            var current = guests.get(instance);
            if (current == null || !isRun(current, run)) {
                return;
            }
            var off = current.domain().in(DomainState.SHUT_OFF);
            put(new Running(off, run, false));
        } finally {
            lock.unlock();
        }
        tell(new DomainEvent(instance, DomainState.SHUT_OFF, guestInitiated));
    }

    private static boolean isRun(Running guest, long run) {
        return guest.run() == run && guest.domain().state() == DomainState.RUNNING;
    }

    private Optional<Long> currentRun(InstanceId instance) {
        lock.lock();
        try {
            return Optional.ofNullable(guests.get(instance))
                    .filter(guest -> guest.domain().state() == DomainState.RUNNING)
                    .map(Running::run);
        } finally {
            lock.unlock();
        }
    }

    private boolean booted(InstanceId instance) {
        lock.lock();
        try {
            var guest = guests.get(instance);
            return guest != null && guest.booted();
        } finally {
            lock.unlock();
        }
    }

    private void put(Running guest) {
        guests.put(guest.domain().instance(), guest);
        try {
            kept.save(guest.domain());
        } catch (IOException e) {
            throw new HypervisorException(
                    "simulated: could not keep the state of " + guest.domain().instance(), e);
        }
    }

    private void tell(DomainEvent event) {
        listeners.forEach(listener -> listener.accept(event));
    }

    private void later(Duration delay, Runnable action) {
        try {
            timer.schedule(() -> runUnlessClosed(action), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // The process ends; guests stay as their files say.
            closed = true;
        }
    }

    private void runUnlessClosed(Runnable action) {
        if (!closed) {
            action.run();
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HypervisorException("simulated: interrupted while a guest started", e);
        }
    }
}
