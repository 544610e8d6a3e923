package io.coppice.node.agent;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.undo.Undo;
import io.coppice.node.disk.Disk;
import io.coppice.node.disk.DiskStore.CachedBase;
import io.coppice.node.disk.LocalDisk;
import io.coppice.node.hypervisor.Domain;
import io.coppice.node.hypervisor.DomainSpec;
import io.coppice.node.hypervisor.DomainState;
import io.coppice.node.network.Endpoint;
import io.coppice.node.network.MetadataEntry.Reach;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Firmware;
import io.coppice.proto.compute.v1.Phase;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/** Brings an instance to running. Every step may be repeated; a failed first launch leaves nothing. */
final class Launcher {
    private static final long MIB = 1024L * 1024;
    private static final Duration PROGRESS_EVERY = Duration.ofMillis(500);

    private final VmContext context;
    private final VmRecord record;
    private final Interruptible waits;
    private final VolumeFitter volumes;
    private final BootImage image;

    Launcher(VmContext context, VmRecord record, Interruptible waits) {
        this.context = context;
        this.record = record;
        this.waits = waits;
        this.volumes = new VolumeFitter(context, record, waits);
        this.image = new BootImage(context.drivers().images());
    }

    /**
     * Takes a guest that runs as it is: what surrounds it is put right, and a reboot that is due is carried out. Returns
     * whether it then has the volumes and interfaces that it should have, and no others.
     */
    boolean adopt(DesiredInstance desired, Domain domain) throws IOException, InterruptedException {
        var instance = domain.instance();
        var endpoints = context.drivers().network().ensure(instance, desired.getEndpointsList());
        openMetadata(desired);
        context.drivers()
                .metadata()
                .publish(Learned.in(desired, context.drivers().network()));
        var connected = new InterfaceFitter(context.drivers().hypervisor().interfaces()).fit(instance, endpoints);
        context.drivers().network().attached(instance);
        record.keepStart(desired.getGeneration());
        if (desired.getRebootCount() > record.progress().reboots()) {
            // Recorded first: repeating a reboot is worse than missing one.
            record.keepReboots(desired.getRebootCount());
            context.drivers().hypervisor().reboot(instance, context.settings().shutdownGrace());
        }
        var fitted = volumes.fit(desired);
        context.reporter()
                .report(record.observation(desired, Phase.PHASE_RUNNING)
                        .setVolumes(VolumeFitter.observed(fitted.present()))
                        .setImageAddressWanted(image.wantsAddress(desired)));
        return connected && fitted.complete();
    }

    /** Whether the instance must have a disk with its owner's data and has none here. */
    boolean hasLostDisk(DesiredInstance desired) throws IOException {
        return desired.getRootVolumeId().isEmpty()
                && (desired.getDiskExpected() || record.progress().hasRun())
                && !context.drivers().disks().hasRootDisk(record.instance());
    }

    /** Whether its image arrived and was not what was registered, after guests had begun to read it. */
    boolean isImageRefused(DesiredInstance desired) throws IOException {
        return image.isRefused(desired);
    }

    /** Starts a guest that does not run, from its image if it never ran, from its disk if it did. */
    void start(DesiredInstance desired) throws IOException, InterruptedException {
        var launches = context.workers().launches();
        waits.during(() -> {
            launches.acquire();
            return launches;
        });
        try {
            startWithPermit(desired);
        } finally {
            launches.release();
        }
        context.reporter()
                .report(record.observation(desired, Phase.PHASE_RUNNING).setVolumes(VolumeFitter.observed(desired)));
        // After the report: the guest runs, and its user does not wait for this host's disk.
        record.force();
    }

    private void startWithPermit(DesiredInstance desired) throws IOException, InterruptedException {
        var drivers = context.drivers();
        var instance = record.instance();
        var first = !record.progress().hasRun() && !desired.getDiskExpected();
        var base = fetch(desired);
        record.report(desired, Phase.PHASE_PREPARING);
        try (var undo = Undo.begin()) {
            if (first) {
                undo.add("disks of " + instance, () -> drivers.disks().remove(instance));
            }
            var disks = new ArrayList<Disk>();
            if (base.isPresent()) {
                disks.add(drivers.disks().ensureRootDisk(instance, base.get(), diskBytes(desired)));
            }
            var local = drivers.disks().ensureLocalDisks(instance, localDisks(desired));
            undo.add("network of " + instance, () -> drivers.network().release(instance));
            var endpoints = drivers.network().ensure(instance, desired.getEndpointsList());
            undo.add("metadata of " + instance, () -> drivers.metadata().withdraw(instance));
            openMetadata(desired);
            drivers.metadata().publish(Learned.in(desired, drivers.network()));
            // What the start stands for counts as rebooted: a reboot asked of a guest that was off needs no second one.
            record.keepReboots(desired.getRebootCount());
            record.report(desired, Phase.PHASE_STARTING);
            undo.add("domain of " + instance, () -> {
                if (first) {
                    drivers.hypervisor().remove(instance);
                } else {
                    drivers.hypervisor().powerOff(instance);
                }
            });
            drivers.hypervisor().start(spec(desired, disks, local, endpoints));
            drivers.network().attached(instance);
            record.keepStart(desired.getGeneration());
            undo.commit();
        }
    }

    /** The image below the root disk; empty when that is a volume. */
    private Optional<CachedBase> fetch(DesiredInstance desired) throws IOException, InterruptedException {
        if (!desired.getRootVolumeId().isEmpty()) {
            return Optional.empty();
        }
        record.report(desired, Phase.PHASE_FETCHING_IMAGE);
        return Optional.of(waits.during(() -> image.fetch(desired, progress(desired))));
    }

    private void openMetadata(DesiredInstance desired) throws IOException {
        var metadata = desired.getMetadata();
        var reach = new Reach(metadata.getHopLimit(), metadata.getIpv6Enabled());
        context.drivers().network().metadataEntry().open(record.instance(), reach);
    }

    private DomainSpec spec(
            DesiredInstance desired, List<Disk> disks, List<Disk> localDisks, List<Endpoint> endpoints) {
        return new DomainSpec(
                record.instance(),
                new AccountId(desired.getAccountId()),
                desired.getGeneration(),
                desired.getRebootCount(),
                desired.getMachine().getVcpus(),
                desired.getMachine().getMemoryMib(),
                disks,
                endpoints,
                context.drivers().memory().consoleLog(record.instance()),
                VolumeFitter.plugs(desired),
                localDisks,
                desired.getMachine().getFirmware() == Firmware.FIRMWARE_UEFI
                        ? io.coppice.node.hypervisor.Firmware.UEFI
                        : io.coppice.node.hypervisor.Firmware.BIOS);
    }

    private static List<LocalDisk> localDisks(DesiredInstance desired) {
        return desired.getMachine().getLocalDisksList().stream()
                .map(disk -> new LocalDisk(disk.getName(), disk.getMib() * MIB))
                .toList();
    }

    private static long diskBytes(DesiredInstance desired) {
        return Math.max(
                desired.getMachine().getRootDiskMib() * MIB, desired.getImage().getVirtualSizeBytes());
    }

    private IntConsumer progress(DesiredInstance desired) {
        var lastNanos = new long[] {System.nanoTime()};
        return percent -> {
            var now = System.nanoTime();
            if (now - lastNanos[0] >= PROGRESS_EVERY.toNanos()) {
                lastNanos[0] = now;
                context.reporter()
                        .report(record.observation(desired, Phase.PHASE_FETCHING_IMAGE)
                                .setProgressPercent(Math.clamp(percent, 0, 100)));
            }
        };
    }

    /** Whether this domain's guest has processors: a paused one has its memory and goes on. */
    static boolean runs(Domain domain) {
        return domain.state() != DomainState.SHUT_OFF;
    }
}
