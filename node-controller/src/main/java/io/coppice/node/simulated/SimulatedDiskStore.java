package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.disk.CopyTarget;
import io.coppice.node.disk.Disk;
import io.coppice.node.disk.DiskStore;
import io.coppice.node.disk.LocalDisk;
import io.coppice.node.simulated.SimulationPlan.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Disks that are nothing but a size in the host's log. Thread-safe. */
final class SimulatedDiskStore implements DiskStore {
    private static final String DISK = "disk/";
    private static final String LOCAL = "local/";
    private static final long MIB = 1024L * 1024;

    private final KeyedLog log;
    private final Path folder;
    private final long totalMib;
    private final FaultDice dice;
    private final Map<InstanceId, Long> sizesMib = new ConcurrentHashMap<>();
    private final Map<InstanceId, Long> localMib = new ConcurrentHashMap<>();

    /** @param folder where disks would be files */
    SimulatedDiskStore(KeyedLog log, Path folder, long totalMib, SimulationPlan plan) throws IOException {
        this.log = log;
        this.folder = folder;
        this.totalMib = totalMib;
        this.dice = new FaultDice(plan);
        read(log, DISK, sizesMib);
        read(log, LOCAL, localMib);
    }

    private static void read(KeyedLog log, String prefix, Map<InstanceId, Long> sizes) throws IOException {
        for (var id : log.keys(prefix)) {
            var size = log.get(prefix + id);
            if (size.isPresent()) {
                sizes.put(new InstanceId(id), Long.valueOf(new String(size.get(), StandardCharsets.US_ASCII)));
            }
        }
    }

    @Override
    public Disk ensureRootDisk(InstanceId instance, CachedBase base, long sizeBytes) throws IOException {
        var file = file(instance);
        if (!sizesMib.containsKey(instance)) {
            var sizeMib = Math.ceilDiv(sizeBytes, MIB);
            if (sizeMib > freeMib() || dice.strikes(Fault.DISK_FULL, instance.value())) {
                throw full(file);
            }
            log.put(DISK + instance, Long.toString(sizeMib).getBytes(StandardCharsets.US_ASCII));
            sizesMib.put(instance, sizeMib);
        }
        return new Disk(file, "raw", "root");
    }

    private static FileSystemException full(Path file) {
        return new FileSystemException(file.toString(), null, "No space left on device (simulated)");
    }

    @Override
    public List<Disk> ensureLocalDisks(InstanceId instance, List<LocalDisk> wanted) throws IOException {
        if (!wanted.isEmpty() && !localMib.containsKey(instance)) {
            var mib = wanted.stream().mapToLong(LocalDisk::sizeBytes).sum() / MIB;
            if (mib > freeMib()) {
                throw full(file(instance));
            }
            log.put(LOCAL + instance, Long.toString(mib).getBytes(StandardCharsets.US_ASCII));
            localMib.put(instance, mib);
        }
        return wanted.stream()
                .map(disk -> new Disk(folder.resolve(instance + "." + disk.name()), "raw", disk.name()))
                .toList();
    }

    @Override
    public void removeLocalDisks(InstanceId instance) throws IOException {
        if (localMib.containsKey(instance)) {
            log.remove(LOCAL + instance);
            localMib.remove(instance);
        }
    }

    @Override
    public boolean hasRootDisk(InstanceId instance) {
        return sizesMib.containsKey(instance);
    }

    @Override
    public void copyRootDisk(InstanceId instance, CopyTarget target) throws IOException {
        if (!hasRootDisk(instance)) {
            throw new NoSuchFileException(file(instance).toString());
        }
    }

    @Override
    public void remove(InstanceId instance) throws IOException {
        log.remove(DISK + instance);
        sizesMib.remove(instance);
        removeLocalDisks(instance);
        dice.forget(instance);
    }

    @Override
    public Set<InstanceId> instances() {
        var all = new HashSet<>(sizesMib.keySet());
        all.addAll(localMib.keySet());
        return Set.copyOf(all);
    }

    @Override
    public long freeMib() {
        return totalMib - sum(sizesMib) - sum(localMib);
    }

    private static long sum(Map<InstanceId, Long> sizes) {
        return sizes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Whether this is the file that the disk of an instance here would be. */
    boolean isDisk(Path file) {
        return folder.equals(file.getParent())
                && sizesMib.containsKey(new InstanceId(file.getFileName().toString()));
    }

    private Path file(InstanceId instance) {
        return folder.resolve(instance.value());
    }
}
