package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.disk.CopyTarget;
import io.coppice.node.disk.Disk;
import io.coppice.node.disk.DiskStore;
import io.coppice.node.simulated.SimulationPlan.Fault;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Root disks as files that hold nothing but their size. Thread-safe. */
final class SimulatedDiskStore implements DiskStore {
    private static final String FILE = "root.simulated";
    private static final long MIB = 1024L * 1024;

    private final Path instancesFolder;
    private final long totalMib;
    private final FaultDice dice;
    private final Map<InstanceId, Long> sizesMib = new ConcurrentHashMap<>();

    SimulatedDiskStore(Path instancesFolder, long totalMib, SimulationPlan plan) throws IOException {
        this.instancesFolder = Files.createDirectories(instancesFolder);
        this.totalMib = totalMib;
        this.dice = new FaultDice(plan);
        try (var folders = Files.newDirectoryStream(instancesFolder)) {
            for (var folder : folders) {
                var file = folder.resolve(FILE);
                if (Files.exists(file)) {
                    sizesMib.put(
                            new InstanceId(folder.getFileName().toString()),
                            Long.valueOf(Files.readString(file).strip()));
                }
            }
        }
    }

    @Override
    public Disk ensureRootDisk(InstanceId instance, CachedBase base, long sizeBytes) throws IOException {
        var file = file(instance);
        if (!sizesMib.containsKey(instance)) {
            var sizeMib = Math.ceilDiv(sizeBytes, MIB);
            if (sizeMib > freeMib() || dice.strikes(Fault.DISK_FULL, instance.value())) {
                throw new FileSystemException(file.toString(), null, "No space left on device (simulated)");
            }
            Files.createDirectories(instancesFolder.resolve(instance.value()));
            Files.writeString(file, Long.toString(sizeMib));
            sizesMib.put(instance, sizeMib);
        }
        return new Disk(file, "raw", "root");
    }

    @Override
    public boolean hasRootDisk(InstanceId instance) {
        return Files.exists(file(instance));
    }

    @Override
    public void copyRootDisk(InstanceId instance, CopyTarget target) throws IOException {
        if (!hasRootDisk(instance)) {
            throw new NoSuchFileException(file(instance).toString());
        }
    }

    @Override
    public void remove(InstanceId instance) throws IOException {
        Files.deleteIfExists(file(instance));
        sizesMib.remove(instance);
        dice.forget(instance);
    }

    @Override
    public Set<InstanceId> instances() {
        return Set.copyOf(sizesMib.keySet());
    }

    @Override
    public long freeMib() {
        return totalMib - sizesMib.values().stream().mapToLong(Long::longValue).sum();
    }

    private Path file(InstanceId instance) {
        return instancesFolder.resolve(instance.value()).resolve(FILE);
    }
}
