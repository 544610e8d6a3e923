package io.coppice.node.agent;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.agent.InstanceMemory.Progress;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Failure;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import java.io.IOException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What one actor knows of its instance besides what the drivers say. Used by the actor's worker only. */
final class VmRecord {
    private static final Logger LOG = Logger.getLogger(VmRecord.class);

    private final InstanceId instance;
    private final VmContext context;
    private @Nullable DesiredInstance kept;
    private Progress progress;

    /** @param kept the wish that this host remembers */
    VmRecord(InstanceId instance, VmContext context, @Nullable DesiredInstance kept) throws IOException {
        this.kept = kept;
        this.instance = instance;
        this.context = context;
        this.progress = context.drivers().memory().progress(instance);
    }

    InstanceId instance() {
        return instance;
    }

    Progress progress() {
        return progress;
    }

    /** Whether the guest of this generation was seen running since the host's operating system started. */
    boolean ranSinceHostBoot(long generation) {
        return progress.startedGeneration() == generation && progress.hostBoot().equals(context.hostBoot());
    }

    void keepStart(long generation) throws IOException {
        keep(progress.withStart(generation, context.hostBoot()));
    }

    void keepReboots(long count) throws IOException {
        keep(progress.withReboots(Math.max(count, progress.reboots())));
    }

    /** Returns once what was kept survives a power cut. */
    void force() throws IOException {
        context.drivers().memory().forceProgress(instance);
    }

    /** Remembers what is wished. It is written through to the disk, so only when it is new. */
    void keep(DesiredInstance wish) throws IOException {
        if (!wish.equals(kept)) {
            context.drivers().memory().keep(wish);
            kept = wish;
        }
    }

    /** Removes what was kept; what cannot be removed is left behind. */
    void forget() {
        kept = null;
        try {
            context.drivers().memory().remove(instance);
        } catch (IOException e) {
            LOG.warnf(e, "%s: what was kept of it could not be removed", instance);
        }
    }

    private void keep(Progress next) throws IOException {
        if (!next.equals(progress)) {
            context.drivers().memory().keep(instance, next);
            progress = next;
        }
    }

    void report(DesiredInstance desired, Phase phase) {
        context.reporter().report(observation(desired, phase));
    }

    void report(DesiredInstance desired, Phase phase, Failure failure) {
        context.reporter().report(observation(desired, phase).setFailure(failure));
    }

    Observation.Builder observation(DesiredInstance desired, Phase phase) {
        return Observation.newBuilder()
                .setInstanceId(instance.value())
                .setGeneration(desired.getGeneration())
                .setPhase(phase)
                .setRebootCount(progress.reboots())
                .setGuestAgent(context.drivers().hypervisor().agents().isConnected(instance))
                .addAllLearnedAddresses(Learned.of(instance, context.drivers().network()));
    }
}
