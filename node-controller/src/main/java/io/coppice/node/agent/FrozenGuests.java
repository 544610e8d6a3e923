package io.coppice.node.agent;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.node.hypervisor.GuestAgents;
import io.coppice.node.hypervisor.Hypervisor;
import io.coppice.node.hypervisor.HypervisorException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Guests whose file systems stand still for a moment. Whoever wanted it, and whatever becomes of him: a guest is thawed after a
 * limit, and one that this process left frozen when it ended is thawed by the next. An agent that does not thaw its guest is
 * asked again until it does or the guest is off. Thread-safe; calls last as long as an agent may take to answer.
 */
final class FrozenGuests implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(FrozenGuests.class);
    private static final int MAX_HOLD_LENGTH = 64;
    private static final int MAX_HOLDS = 64;
    private static final Duration FIRST_REPEAT = Duration.ofSeconds(1);
    private static final int MAX_DOUBLINGS = 5;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

    private final GuestAgents agents;
    private final Predicate<InstanceId> isOff;
    private final InstanceMemory memory;
    private final VmContext.Workers workers;
    private final FreezeLimits limits;
    private final Map<InstanceId, Guest> guests = new ConcurrentHashMap<>();
    private volatile boolean closed;

    private enum Stage {
        GOES_ON,
        FROZEN,
        /** Its agent was asked to thaw it, or will be, and has not said that it did. */
        THAWING
    }

    /** One guest; guarded by its lock. */
    private static final class Guest {
        private final InstanceId instance;
        private final ReentrantLock lock = new ReentrantLock();
        /** Signalled when it goes on. */
        private final Condition goesOn = lock.newCondition();

        private final Set<String> holds = new HashSet<>();
        /** For whose sake it was frozen; empty: all of its file systems stand still. */
        private Set<VolumeId> scope = Set.of();

        private Stage stage = Stage.GOES_ON;
        private int fileSystems;
        private int failedThaws;
        /** Counts freezes, so that the limit of one does not end another. */
        private long turn;

        private @Nullable ScheduledFuture<?> limit;

        Guest(InstanceId instance) {
            this.instance = instance;
        }
    }

    /** @param isOff whether a guest does not run, so that nothing of it is frozen */
    FrozenGuests(
            GuestAgents agents,
            Predicate<InstanceId> isOff,
            InstanceMemory memory,
            VmContext.Workers workers,
            FreezeLimits limits) {
        this.agents = agents;
        this.isOff = isOff;
        this.memory = memory;
        this.workers = workers;
        this.limits = limits;
    }

    /** The guests of a hypervisor. */
    static FrozenGuests of(
            Hypervisor hypervisor, InstanceMemory memory, VmContext.Workers workers, FreezeLimits limits) {
        return new FrozenGuests(hypervisor.agents(), instance -> isOff(hypervisor, instance), memory, workers, limits);
    }

    private static boolean isOff(Hypervisor hypervisor, InstanceId instance) {
        try {
            return hypervisor.find(instance).filter(Launcher::runs).isEmpty();
        } catch (HypervisorException e) {
            LOG.debugf(e, "whether %s runs is not known now", instance);
            return false;
        }
    }

    /** As {@link #freeze(InstanceId, String, Set)}, with all of its file systems. */
    Freeze freeze(InstanceId instance, String hold) {
        return freeze(instance, hold, Set.of());
    }

    /**
     * Freezes a guest until {@link #thaw} with the same name, but no longer than the limit; joins a freeze that is under way, or waits
     * for its end when that is for the sake of others.
     *
     * @param volumes those whose file systems are meant, as far as the guest's agent can tell which these are; empty: all
     */
    Freeze freeze(InstanceId instance, String hold, Set<VolumeId> volumes) {
        if (hold.isEmpty() || hold.length() > MAX_HOLD_LENGTH) {
            return new Freeze.Failed("who wants it frozen has no proper name");
        }
        if (!agents.isConnected(instance)) {
            return new Freeze.Failed("it has no agent");
        }
        var wish = new Wish(hold, volumes, System.nanoTime() + limits.answer().toNanos());
        var guest = guests.computeIfAbsent(instance, Guest::new);
        if (!lockSoon(guest)) {
            return new Freeze.Failed("it is being frozen or thawed");
        }
        try {
            if (!awaitOthers(guest, wish)) {
                return new Freeze.Failed("other file systems of it stand still for somebody else");
            }
            return switch (guest.stage) {
                case GOES_ON -> begin(guest, wish);
                case FROZEN -> join(guest, hold);
                case THAWING -> new Freeze.Failed("its agent has not thawed it after the last time");
            };
        } finally {
            guest.lock.unlock();
        }
    }

    /**
     * What somebody wants.
     *
     * @param end until when he waits for it, as {@link System#nanoTime}
     */
    private record Wish(String hold, Set<VolumeId> volumes, long end) {
        Duration left() {
            return Duration.ofNanos(end - System.nanoTime());
        }

        /** Whether a guest that is frozen for the sake of {@code scope} is frozen for this, too. */
        boolean isMetBy(Set<VolumeId> scope) {
            return scope.isEmpty() || (!volumes.isEmpty() && scope.containsAll(volumes));
        }
    }

    /** Waits while a guest is frozen for others only: an agent takes no second freeze before it has thawed the first one. */
    private static boolean awaitOthers(Guest guest, Wish wish) {
        try {
            while (guest.stage == Stage.FROZEN && !wish.isMetBy(guest.scope)) {
                if (guest.goesOn.awaitNanos(wish.left().toNanos()) <= 0) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean lockSoon(Guest guest) {
        try {
            return guest.lock.tryLock(limits.answer().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Freeze join(Guest guest, String hold) {
        if (guest.holds.size() >= MAX_HOLDS) {
            return new Freeze.Failed("too many want it frozen at once");
        }
        guest.holds.add(hold);
        return new Freeze.Held(guest.fileSystems);
    }

    private Freeze begin(Guest guest, Wish wish) {
        if (closed) {
            return new Freeze.Failed("its host's agent ends");
        }
        var mountPoints = mountPoints(guest, wish);
        if (!wish.left().isPositive()) {
            return new Freeze.Failed("its agent did not freeze it in time");
        }
        try {
            memory.keepFrozen(guest.instance, true);
            var turn = ++guest.turn;
            // Before it is frozen: nothing that happens from here on can leave it so.
            guest.limit = workers.timer()
                    .schedule(
                            () -> workers.executor().execute(() -> limitReached(guest, turn)),
                            limits.frozen().toMillis(),
                            TimeUnit.MILLISECONDS);
        } catch (IOException | RejectedExecutionException e) {
            LOG.warnf(e, "%s is not frozen, since it could not be seen to that it is thawed", guest.instance);
            forgetMark(guest);
            return new Freeze.Failed("its host could not see to it that it is thawed again");
        }
        guest.stage = Stage.FROZEN;
        guest.scope = mountPoints.equals(FreezeScope.ALL) ? Set.of() : wish.volumes();
        try {
            guest.fileSystems = agents.freeze(guest.instance, mountPoints, wish.left());
        } catch (HypervisorException e) {
            // Not a warning: a tenant's agent could write as many as it likes.
            LOG.debugf(e, "the agent of %s has not frozen it", guest.instance);
            guest.fileSystems = 0;
        }
        if (guest.fileSystems == 0) {
            // It may freeze it yet.
            startThawing(guest);
            laterOrNow(guest, Duration.ZERO);
            return new Freeze.Failed("its agent did not freeze it in time");
        }
        guest.holds.add(wish.hold());
        return new Freeze.Held(guest.fileSystems);
    }

    /** What is to stand still; all of it when the agent does not say soon what lies where. */
    private Set<String> mountPoints(Guest guest, Wish wish) {
        if (wish.volumes().isEmpty()) {
            return FreezeScope.ALL;
        }
        try {
            // Half of the time is kept for the freeze.
            return FreezeScope.of(
                    wish.volumes(),
                    agents.fileSystems(guest.instance, wish.left().dividedBy(2)));
        } catch (HypervisorException e) {
            LOG.debugf(e, "the agent of %s does not say what lies where", guest.instance);
            return FreezeScope.ALL;
        }
    }

    /**
     * Ends one's wish; the last one thaws the guest. Whether it stood still from {@link #freeze} until now, as far as its agent can
     * be believed.
     */
    Freeze thaw(InstanceId instance, String hold) {
        var guest = guests.get(instance);
        if (guest == null || !lockSoon(guest)) {
            return new Freeze.Failed("it is not known to be frozen");
        }
        try {
            if (guest.stage != Stage.FROZEN || !guest.holds.remove(hold)) {
                return new Freeze.Failed("it was thawed before the end");
            }
            if (!guest.holds.isEmpty()) {
                return new Freeze.Held(guest.fileSystems);
            }
            startThawing(guest);
            return askToThaw(guest) > 0
                    ? new Freeze.Held(guest.fileSystems)
                    : new Freeze.Failed("its agent did not say that it was still frozen");
        } finally {
            guest.lock.unlock();
        }
    }

    /** Thaws a guest that this host has left frozen when its agent ended. Returns at once. */
    void thawIfLeft(InstanceId instance) throws IOException {
        if (memory.isFrozen(instance)) {
            var guest = guests.computeIfAbsent(instance, Guest::new);
            guest.lock.lock();
            try {
                startThawing(guest);
                laterOrNow(guest, Duration.ZERO);
            } finally {
                guest.lock.unlock();
            }
        }
    }

    /** The instance is gone. */
    void forget(InstanceId instance) {
        guests.remove(instance);
    }

    private void limitReached(Guest guest, long turn) {
        guest.lock.lock();
        try {
            if (guest.stage == Stage.FROZEN && guest.turn == turn) {
                LOG.infof("%s is thawed: it was frozen for %s", guest.instance, limits.frozen());
                startThawing(guest);
                askToThaw(guest);
            }
        } finally {
            guest.lock.unlock();
        }
    }

    private static void startThawing(Guest guest) {
        guest.stage = Stage.THAWING;
        guest.failedThaws = 0;
        guest.holds.clear();
        // Nobody waits for an agent that may not answer for long.
        guest.goesOn.signalAll();
        if (guest.limit != null) {
            guest.limit.cancel(false);
        }
    }

    private void thawAgain(Guest guest) {
        guest.lock.lock();
        try {
            if (guest.stage == Stage.THAWING && !closed) {
                askToThaw(guest);
            }
        } finally {
            guest.lock.unlock();
        }
    }

    /** How many file systems its agent says it thawed; -1 when it is to be asked again. */
    private int askToThaw(Guest guest) {
        try {
            var thawed = agents.thaw(guest.instance, limits.answer());
            goesOn(guest);
            return thawed;
        } catch (HypervisorException e) {
            LOG.debugf(e, "the agent of %s has not thawed it", guest.instance);
            if (isOff.test(guest.instance)) {
                goesOn(guest);
            } else {
                laterOrNow(guest, FIRST_REPEAT.multipliedBy(1L << Math.min(guest.failedThaws++, MAX_DOUBLINGS)));
            }
            return -1;
        }
    }

    private void laterOrNow(Guest guest, Duration wait) {
        try {
            workers.timer()
                    .schedule(
                            () -> workers.executor().execute(() -> thawAgain(guest)),
                            wait.toMillis(),
                            TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debugf("%s is thawed by the next agent of this host", guest.instance);
        }
    }

    private void goesOn(Guest guest) {
        guest.stage = Stage.GOES_ON;
        guest.goesOn.signalAll();
        forgetMark(guest);
    }

    private void forgetMark(Guest guest) {
        try {
            memory.keepFrozen(guest.instance, false);
        } catch (IOException e) {
            // It is thawed once more at the next start, which does no harm.
            LOG.warnf(e, "it could not be noted that %s is not frozen", guest.instance);
        }
    }

    /** Thaws what is frozen, as far as agents answer within a few seconds. */
    @Override
    public void close() {
        closed = true;
        var end = System.nanoTime() + CLOSE_LIMIT.toNanos();
        for (var guest : guests.values()) {
            if (System.nanoTime() - end < 0 && lockSoon(guest)) {
                try {
                    if (guest.stage == Stage.FROZEN) {
                        startThawing(guest);
                        askToThaw(guest);
                    }
                } finally {
                    guest.lock.unlock();
                }
            }
        }
    }
}
