package io.coppice.node.agent;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.hypervisor.Domain;
import io.coppice.node.hypervisor.DomainEvent;
import io.coppice.node.hypervisor.DomainState;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Failure;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.compute.v1.PowerState;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Makes one instance what it should be, one thing after the other. Its mailbox holds the newest wish and the newest
 * event only, so it cannot grow; while there is nothing to do it has no thread. Thread-safe.
 */
final class VmActor {
    /** Orders wishes for one instance: a later one never has a smaller generation or reboot count. */
    static final Comparator<DesiredInstance> BY_AGE =
            Comparator.comparingLong(DesiredInstance::getGeneration).thenComparingLong(DesiredInstance::getRebootCount);

    private static final Logger LOG = Logger.getLogger(VmActor.class);
    /** Restarts of a guest that falls off before there is a wait between them. */
    private static final int MAX_RESTARTS = 3;

    private static final Duration COPY_LOOK = Duration.ofMillis(500);

    private final InstanceId instance;
    private final VmContext context;
    private final VmRecord record;
    private final Interruptible waits = new Interruptible();
    private final Launcher launcher;
    private final Stopper stopper;
    private final DiskCopier copier;

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock: the mailbox.
    private @Nullable DesiredInstance newest;
    private boolean awake;
    private boolean busy;
    private boolean ended;
    private boolean fellOff;
    private boolean retryPlanned;

    // Used by the worker only.
    private @Nullable DesiredInstance desired;
    private int failedAttempts;
    private int restarts;
    private boolean restartDue;
    private boolean restartDelayed;

    VmActor(InstanceId instance, VmContext context, @Nullable DesiredInstance desired) throws IOException {
        this.instance = instance;
        this.context = context;
        this.record = new VmRecord(instance, context, desired);
        this.launcher = new Launcher(context, record, waits);
        this.stopper = new Stopper(context, record, waits);
        this.copier = new DiskCopier(context, record, waits);
        this.desired = desired;
        this.newest = desired;
    }

    /**
     * What the instance should be from now on; something older than what is known is ignored. False when this actor has
     * ended, so that the caller must ask for a new one.
     */
    boolean wish(DesiredInstance wish) {
        lock.lock();
        try {
            if (ended) {
                return false;
            }
            var order = newest == null ? 1 : BY_AGE.compare(wish, newest);
            if (order < 0) {
                LOG.debugf("%s: generation %d is older than what is known", instance, wish.getGeneration());
                return true;
            }
            newest = wish;
            if (order > 0) {
                waits.breakOff();
            } else if (retryPlanned) {
                // A repeated wish may bring a fresh image address; it does not hurry the attempt that is planned.
                return true;
            }
        } finally {
            lock.unlock();
        }
        wake();
        return true;
    }

    /** The hypervisor told of a change. */
    void changed(DomainEvent event) {
        lock.lock();
        try {
            fellOff = event.state() == DomainState.SHUT_OFF && !event.guestInitiated();
        } finally {
            lock.unlock();
        }
        if (event.state() == DomainState.SHUT_OFF) {
            wake();
        }
    }

    /** Looks again whether the instance is what it should be. */
    void wake() {
        lock.lock();
        try {
            awake = true;
            if (busy || ended) {
                return;
            }
            busy = true;
        } finally {
            lock.unlock();
        }
        try {
            context.workers().executor().execute(this::work);
        } catch (RejectedExecutionException e) {
            LOG.debugf("%s: the agent is closing", instance);
        }
    }

    /** Looks again if there is news of its image. */
    void wakeForImage() throws IOException {
        DesiredInstance wish;
        lock.lock();
        try {
            wish = newest;
        } finally {
            lock.unlock();
        }
        if (wish != null && BootImage.hasNews(context.drivers().images(), wish)) {
            wake();
        }
    }

    /** Ends the actor where it waits; the instance stays as it is. */
    void close() {
        lock.lock();
        try {
            ended = true;
        } finally {
            lock.unlock();
        }
        waits.breakOff();
    }

    private void work() {
        while (takeWork()) {
            try {
                settle(converge());
            } catch (InterruptedException e) {
                LOG.debugf("%s: broken off for something newer", instance);
            } catch (Exception e) {
                // The boundary of the actor: whatever went wrong with one instance stays with it and is tried again.
                if (!superseded()) {
                    settle(new Outcome.Failed(failureOf(e)));
                }
            }
        }
    }

    private boolean takeWork() {
        DesiredInstance wish;
        lock.lock();
        try {
            if (!awake || ended) {
                busy = false;
                return false;
            }
            awake = false;
            waits.rearm();
            wish = newest;
        } finally {
            lock.unlock();
        }
        if (wish != null && (desired == null || BY_AGE.compare(wish, desired) > 0)) {
            failedAttempts = 0;
            restarts = 0;
            restartDue = false;
            restartDelayed = false;
        }
        desired = wish;
        return true;
    }

    private Outcome converge() throws IOException, InterruptedException {
        var domain = context.drivers().hypervisor().find(instance);
        var wish = desired;
        if (wish == null) {
            // Whose guest this is will be told; until then it is only reported.
            domain.ifPresent(each -> context.reporter().report(Sightings.ofUnknown(each)));
            return new Outcome.Converged();
        }
        if (wish.getPower() != PowerState.POWER_STATE_TERMINATED) {
            record.keep(wish);
        }
        return switch (wish.getPower()) {
            case POWER_STATE_RUNNING -> wish.getDiskCopy().getShutDown() ? rest(wish) : run(wish, domain.orElse(null));
            case POWER_STATE_STOPPED, POWER_STATE_STOPPED_HARD -> {
                stopper.stop(wish, wish.getPower() == PowerState.POWER_STATE_STOPPED_HARD);
                yield copied(copier.ofStopped(wish, Phase.PHASE_STOPPED));
            }
            case POWER_STATE_TERMINATED -> {
                stopper.terminate(wish);
                yield new Outcome.Gone();
            }
            case POWER_STATE_UNSPECIFIED, UNRECOGNIZED -> {
                LOG.warnf("%s: a wish without a known power state is ignored: update this host", instance);
                yield new Outcome.Converged();
            }
        };
    }

    /** Keeps the guest off for a copy of its disks; to its owner it counts as running. */
    private Outcome rest(DesiredInstance wish) throws IOException, InterruptedException {
        stopper.rest();
        return copied(copier.ofStopped(wish, Phase.PHASE_RUNNING));
    }

    private static Outcome copied(boolean done) {
        return done ? new Outcome.Converged() : new Outcome.CopyPending();
    }

    private Outcome run(DesiredInstance wish, @Nullable Domain domain) throws IOException, InterruptedException {
        if (launcher.isImageRefused(wish)) {
            return new Outcome.ImageRefused();
        }
        if (domain != null && Launcher.runs(domain)) {
            if (!launcher.adopt(wish, domain)) {
                return new Outcome.DevicesPending();
            }
            failedAttempts = 0;
            return copied(copier.ofRunning(wish));
        }
        if (domain != null && record.ranSinceHostBoot(wish.getGeneration()) && !isRebootDue(wish)) {
            restartDue |= takeFellOff();
            if (!restartDue) {
                stopper.putAway(instance);
                context.reporter()
                        .report(record.observation(wish, Phase.PHASE_STOPPED).setGuestInitiated(true));
                return new Outcome.Converged();
            }
            if (isFallingTooOften(wish)) {
                return new Outcome.Converged();
            }
        }
        if (launcher.hasLostDisk(wish)) {
            return new Outcome.DiskLost();
        }
        launcher.start(wish);
        restartDue = false;
        restartDelayed = false;
        failedAttempts = 0;
        return copied(!wish.hasDiskCopy());
    }

    private boolean isRebootDue(DesiredInstance wish) {
        return wish.getRebootCount() > record.progress().reboots();
    }

    /** Counts a restart of a guest that fell off; puts it off, once each, when there were too many. */
    private boolean isFallingTooOften(DesiredInstance wish) {
        if (restartDelayed) {
            return false;
        }
        restarts++;
        LOG.warnf("%s: its guest fell off and is started again, for the %d. time", instance, restarts);
        if (restarts <= MAX_RESTARTS) {
            return false;
        }
        restartDelayed = true;
        record.report(wish, Phase.PHASE_STARTING, Failures.fallsOff());
        later(context.settings().retryAfter(restarts - MAX_RESTARTS));
        return true;
    }

    private boolean takeFellOff() {
        lock.lock();
        try {
            var was = fellOff;
            fellOff = false;
            return was;
        } finally {
            lock.unlock();
        }
    }

    private Failure failureOf(Exception e) {
        LOG.warnf(e, "%s: could not be brought to what it should be", instance);
        return Failures.of(e);
    }

    private void settle(Outcome outcome) {
        var wish = desired;
        switch (outcome) {
            case Outcome.Converged converged -> LOG.debugf("%s: as it should be", instance);
            case Outcome.DevicesPending pending -> later(context.settings().retryAfter(++failedAttempts));
            case Outcome.CopyPending pending -> later(COPY_LOOK);
            case Outcome.Gone gone -> end(Phase.PHASE_GONE, null);
            case Outcome.DiskLost lost ->
                giveUp("ran before, and its disk is not on this host", stopper::letGo, Failures.diskLost());
            case Outcome.ImageRefused refused ->
                giveUp("its image is not what was registered", stopper::letGoWithDisk, Failures.imageRefused());
            case Outcome.Failed failed
            when wish == null -> later(context.settings().retryFirst());
            case Outcome.Failed failed -> failed(wish, failed.failure());
        }
    }

    private void failed(DesiredInstance wish, Failure failure) {
        failedAttempts++;
        var launching = wish.getPower() == PowerState.POWER_STATE_RUNNING;
        // A disk that holds a user's data is never given up: such an instance is tried again until it is wanted
        // otherwise.
        var givesUp = launching
                && !record.progress().hasRun()
                && !wish.getDiskExpected()
                && (!failure.getRetryable()
                        || failedAttempts >= context.settings().launchAttempts());
        if (givesUp) {
            record.forget();
            end(Phase.PHASE_FAILED, Failures.isGivenUpHere(failure));
            return;
        }
        if (launching) {
            record.report(wish, Phase.PHASE_PREPARING, Failures.isPassing(failure));
        }
        later(context.settings().retryAfter(failedAttempts));
    }

    private void giveUp(String why, Runnable letGo, Failure failure) {
        LOG.errorf("%s: %s: it is given up", instance, why);
        letGo.run();
        record.forget();
        end(Phase.PHASE_FAILED, failure);
    }

    private void end(Phase phase, @Nullable Failure failure) {
        var wish = desired;
        if (wish == null) {
            return;
        }
        var last = record.observation(wish, phase);
        if (failure != null) {
            last.setFailure(failure);
        }
        if (endUnlessNewer(wish)) {
            context.reporter().ended(instance, last);
        } else {
            context.reporter().report(last);
        }
    }

    private boolean endUnlessNewer(DesiredInstance wish) {
        lock.lock();
        try {
            ended = newest == null || BY_AGE.compare(newest, wish) <= 0;
            return ended;
        } finally {
            lock.unlock();
        }
    }

    private void later(Duration wait) {
        lock.lock();
        try {
            retryPlanned = true;
        } finally {
            lock.unlock();
        }
        try {
            context.workers().timer().schedule(this::retry, wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debugf("%s: the agent is closing", instance);
        }
    }

    private void retry() {
        lock.lock();
        try {
            retryPlanned = false;
        } finally {
            lock.unlock();
        }
        wake();
    }

    private boolean superseded() {
        lock.lock();
        try {
            return ended || (newest != null && desired != null && BY_AGE.compare(newest, desired) > 0);
        } finally {
            lock.unlock();
        }
    }

    /** What can be told of this instance before anything was done: for the first inventory after a start. */
    Observation.Builder firstSight() {
        var domain = context.drivers().hypervisor().find(instance);
        var wish = desired;
        if (wish == null) {
            return domain.map(Sightings::ofUnknown).orElseGet(() -> Sightings.ofDiskOnly(instance));
        }
        return Sightings.ofKnown(wish, domain.orElse(null), record);
    }
}
