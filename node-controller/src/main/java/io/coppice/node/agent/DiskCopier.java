package io.coppice.node.agent;

import io.coppice.node.disk.CopyTarget;
import io.coppice.node.disk.NbdAddress;
import io.coppice.node.hypervisor.HypervisorException;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.DiskCopyResult;
import io.coppice.proto.compute.v1.Failure;
import io.coppice.proto.compute.v1.Phase;
import java.io.IOException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Copies the root disk of an instance for an image that is made of it, and tells when it has. What it has done is forgotten
 * with the process: a copy is made again then, unless somebody else has noted it. Used by the actor's worker only.
 */
final class DiskCopier {
    private static final Logger LOG = Logger.getLogger(DiskCopier.class);
    private static final int ATTEMPTS = 3;

    private final VmContext context;
    private final VmRecord record;
    private final Interruptible waits;
    private @Nullable DiskCopyResult finished;
    private String attempted = "";
    private int failures;
    /** When the copy that was attempted last began. */
    private int frozenFileSystems;

    DiskCopier(VmContext context, VmRecord record, Interruptible waits) {
        this.context = context;
        this.record = record;
        this.waits = waits;
    }

    @FunctionalInterface
    private interface Copy {
        /** False while it is under way. */
        boolean advance() throws IOException, InterruptedException;
    }

    /** Copies the disk of a running guest, which does not notice. False while that is under way. */
    boolean ofRunning(DesiredInstance desired) throws InterruptedException {
        return !desired.hasDiskCopy()
                || advance(
                        desired,
                        Phase.PHASE_RUNNING,
                        () -> desired.getDiskCopy().getFreeze() ? copyFrozen(desired) : copyRoot(desired));
    }

    private boolean copyRoot(DesiredInstance desired) {
        return context.drivers().hypervisor().copyRoot(record.instance(), target(desired));
    }

    /** Begins the copy while the guest stands still, where it has an agent; what the guest writes after that is not in it. */
    private boolean copyFrozen(DesiredInstance desired) {
        var instance = record.instance();
        if (!context.drivers().hypervisor().agents().isConnected(instance)
                || context.drivers().hypervisor().isCopyingRoot(instance, target(desired))) {
            return copyRoot(desired);
        }
        var hold = desired.getDiskCopy().getCopyId();
        var freeze = context.frozen().freeze(instance, hold);
        try {
            return copyRoot(desired);
        } finally {
            frozenFileSystems = letGo(freeze, hold);
        }
    }

    /** How many file systems stood still until now. */
    private int letGo(Freeze freeze, String hold) {
        return switch (freeze) {
            case Freeze.Failed failed -> 0;
            case Freeze.Held held ->
                switch (context.frozen().thaw(record.instance(), hold)) {
                    case Freeze.Failed failed -> 0;
                    case Freeze.Held(var fileSystems) -> fileSystems;
                };
        };
    }

    /** Copies the disk of a guest that is off; returns when it has. False when it is to be tried again. */
    boolean ofStopped(DesiredInstance desired, Phase phase) throws InterruptedException {
        return !desired.hasDiskCopy()
                || advance(
                        desired,
                        phase,
                        () -> waits.during(() -> {
                            context.drivers().disks().copyRootDisk(record.instance(), target(desired));
                            return true;
                        }));
    }

    private boolean advance(DesiredInstance desired, Phase phase, Copy copy) throws InterruptedException {
        var wish = desired.getDiskCopy();
        var known = finished;
        if (known != null && known.getCopyId().equals(wish.getCopyId())) {
            return tell(desired, phase, known);
        }
        if (!attempted.equals(wish.getCopyId())) {
            attempted = wish.getCopyId();
            failures = 0;
            frozenFileSystems = 0;
        }
        var result = DiskCopyResult.newBuilder().setCopyId(wish.getCopyId());
        try {
            if (wish.hasTarget() && !copy.advance()) {
                return false;
            }
        } catch (IOException | HypervisorException e) {
            LOG.warnf(e, "the root disk of %s could not be copied for %s", record.instance(), wish.getCopyId());
            if (++failures < ATTEMPTS) {
                return false;
            }
            result.setFailure(failure());
        }
        finished = result.setFrozenFileSystems(frozenFileSystems).build();
        return tell(desired, phase, result.build());
    }

    private boolean tell(DesiredInstance desired, Phase phase, DiskCopyResult result) {
        context.reporter().report(record.observation(desired, phase).setDiskCopy(result));
        return true;
    }

    private static Failure failure() {
        return Failure.newBuilder()
                .setCode("Server.InternalError")
                .setMessage("The instance's host could not copy its root disk.")
                .build();
    }

    private static CopyTarget target(DesiredInstance desired) {
        var copy = desired.getDiskCopy();
        return new CopyTarget(
                copy.getCopyId(),
                NbdAddress.of(copy.getTarget()),
                copy.getTarget().getName());
    }
}
