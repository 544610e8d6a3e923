package io.coppice.node.agent;

import io.coppice.foundation.id.VolumeId;
import io.coppice.node.disk.VolumeAddress;
import io.coppice.node.hypervisor.HypervisorException;
import io.coppice.node.hypervisor.VolumePlug;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.ObservedVolumes;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/** Gives a running guest the volumes that it should have, and takes the others. Used by the actor's worker only. */
final class VolumeFitter {
    private static final Logger LOG = Logger.getLogger(VolumeFitter.class);
    /** A guest that runs lets go within a second; one that still boots, or hangs, is asked again later. */
    private static final Duration RELEASE_WAIT = Duration.ofSeconds(3);

    private static final Duration POLL_EVERY = Duration.ofMillis(50);

    private final VmContext context;
    private final VmRecord record;
    private final Interruptible waits;

    VolumeFitter(VmContext context, VmRecord record, Interruptible waits) {
        this.context = context;
        this.record = record;
        this.waits = waits;
    }

    /** The volumes that an instance should have, the one that it boots from first. */
    static List<VolumePlug> plugs(DesiredInstance desired) {
        return desired.getVolumesList().stream()
                .sorted(Comparator.comparing(each -> !each.getVolumeId().equals(desired.getRootVolumeId())))
                .map(each -> new VolumePlug(
                        new VolumeId(each.getVolumeId()),
                        VolumeAddress.of(each.getExport()),
                        each.getExport().getName(),
                        each.getSizeGib()))
                .toList();
    }

    /** What is observed of an instance that has, or will have when it starts, all that it should have. */
    static ObservedVolumes observed(DesiredInstance desired) {
        return observed(plugs(desired).stream().map(VolumePlug::volume).toList());
    }

    /** What is observed of a guest with these volumes. */
    static ObservedVolumes observed(Collection<VolumeId> volumes) {
        return ObservedVolumes.newBuilder()
                .addAllVolumeIds(volumes.stream().map(VolumeId::value).sorted().toList())
                .build();
    }

    /**
     * What came of {@link #fit}.
     *
     * @param present the volumes that the guest then has
     * @param complete whether these are what it should have, as large as they should be
     */
    record Fitted(Set<VolumeId> present, boolean complete) {}

    /** Does what can be done now. A volume that fails stops no other. */
    Fitted fit(DesiredInstance desired) throws IOException, InterruptedException {
        var volumes = context.drivers().hypervisor().volumes();
        var instance = record.instance();
        var wanted = plugs(desired);
        var wantedIds = wanted.stream().map(VolumePlug::volume).toList();
        var before = volumes.of(instance);
        var succeeded = true;
        for (var plug : wanted) {
            succeeded &= before.contains(plug.volume())
                    ? attempt("show how large " + plug.volume() + " is to", () -> volumes.grow(instance, plug))
                    : attempt("give " + plug.volume() + " to", () -> volumes.plug(instance, plug));
        }
        var surplus = before.stream().filter(id -> !wantedIds.contains(id)).toList();
        for (var volume : surplus) {
            succeeded &= attempt("take " + volume + " from", () -> volumes.unplug(instance, volume));
        }
        if (!surplus.isEmpty()) {
            waits.during(() -> awaitRelease(surplus));
        }
        var present = volumes.of(instance);
        return new Fitted(present, succeeded && present.equals(Set.copyOf(wantedIds)));
    }

    private boolean awaitRelease(Collection<VolumeId> surplus) throws InterruptedException {
        var deadline = System.nanoTime() + RELEASE_WAIT.toNanos();
        while (context.drivers().hypervisor().volumes().of(record.instance()).stream()
                .anyMatch(surplus::contains)) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            Thread.sleep(POLL_EVERY);
        }
        return true;
    }

    private boolean attempt(String what, Runnable step) {
        try {
            step.run();
            return true;
        } catch (HypervisorException e) {
            LOG.warnf(e, "could not %s %s; tried again", what, record.instance());
            return false;
        }
    }
}
