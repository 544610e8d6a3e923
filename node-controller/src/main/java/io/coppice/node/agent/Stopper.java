package io.coppice.node.agent;

import io.coppice.foundation.id.InstanceId;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Phase;
import java.io.IOException;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Brings an instance to stopped, or to nothing at all. Every step may be repeated. */
final class Stopper {
    private static final Logger LOG = Logger.getLogger(Stopper.class);
    private static final Duration POLL_EVERY = Duration.ofMillis(100);

    private final VmContext context;
    private final VmRecord record;
    private final Interruptible waits;

    Stopper(VmContext context, VmRecord record, Interruptible waits) {
        this.context = context;
        this.record = record;
        this.waits = waits;
    }

    /** Shuts the guest down, after the grace period by cutting its power, and keeps domain and root disk. */
    void stop(DesiredInstance desired, boolean atOnce) throws IOException, InterruptedException {
        var instance = record.instance();
        if (runs(instance)) {
            record.report(desired, Phase.PHASE_STOPPING);
            if (!atOnce) {
                waits.during(() -> shutDown(instance));
            }
            context.drivers().hypervisor().powerOff(instance);
        }
        context.drivers().disks().removeLocalDisks(instance);
        putAway(instance);
        context.reporter()
                .report(record.observation(desired, Phase.PHASE_STOPPED).setVolumes(VolumeFitter.observed(desired)));
    }

    /** Shuts the guest down for a while; what surrounds it stays. */
    void rest() throws IOException, InterruptedException {
        if (runs(record.instance())) {
            waits.during(() -> shutDown(record.instance()));
            context.drivers().hypervisor().powerOff(record.instance());
        }
    }

    /** Removes everything that this host has of the instance. */
    void terminate(DesiredInstance desired) throws IOException {
        var instance = record.instance();
        record.report(desired, Phase.PHASE_STOPPING);
        context.drivers().hypervisor().remove(instance);
        putAway(instance);
        context.drivers().disks().remove(instance);
        context.drivers().memory().remove(instance);
    }

    /** Takes back what only a running guest needs. */
    void putAway(InstanceId instance) throws IOException {
        context.drivers().metadata().withdraw(instance);
        context.drivers().network().release(instance);
    }

    /** Removes what is left of an instance that has lost its disk, as far as that goes. */
    void letGo() {
        try {
            context.drivers().hypervisor().remove(record.instance());
            putAway(record.instance());
        } catch (IOException e) {
            LOG.warnf(e, "%s: what was left of it could not be removed", record.instance());
        }
    }

    /** As {@link #letGo}, for one whose disk is of no use to anybody. */
    void letGoWithDisk() {
        letGo();
        try {
            context.drivers().disks().remove(record.instance());
        } catch (IOException e) {
            LOG.warnf(e, "%s: its disk could not be removed", record.instance());
        }
    }

    private boolean shutDown(InstanceId instance) throws InterruptedException {
        var settings = context.settings();
        var now = System.nanoTime();
        var deadline = now + settings.shutdownGrace().toNanos();
        var askAgain = now;
        while (runs(instance) && System.nanoTime() - deadline < 0) {
            if (System.nanoTime() - askAgain >= 0) {
                context.drivers().hypervisor().requestShutdown(instance);
                askAgain = System.nanoTime() + settings.shutdownRepeat().toNanos();
            }
            Thread.sleep(POLL_EVERY);
        }
        return !runs(instance);
    }

    private boolean runs(InstanceId instance) {
        return context.drivers()
                .hypervisor()
                .find(instance)
                .filter(Launcher::runs)
                .isPresent();
    }
}
