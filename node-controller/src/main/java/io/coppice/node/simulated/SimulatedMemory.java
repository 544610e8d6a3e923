package io.coppice.node.simulated;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.coppice.foundation.id.InstanceId;
import io.coppice.node.agent.InstanceMemory;
import io.coppice.proto.compute.v1.DesiredInstance;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The memory of a simulated host: its log. A power cut ends the whole of a simulated host's world, so nothing is forced to
 * the disk that all of them share. Thread-safe.
 */
final class SimulatedMemory implements InstanceMemory {
    private static final String DESIRED = "desired/";
    private static final String PROGRESS = "progress/";
    private static final String FROZEN = "frozen/";

    private final KeyedLog log;
    private final SimulatedConsoles consoles;
    private final Path folder;

    /** @param folder where consoles would be files */
    SimulatedMemory(KeyedLog log, SimulatedConsoles consoles, Path folder) {
        this.log = log;
        this.consoles = consoles;
        this.folder = folder;
    }

    @Override
    public List<InstanceId> instances() {
        var ids = new TreeSet<>(log.keys(DESIRED));
        ids.addAll(log.keys(PROGRESS));
        return ids.stream().map(InstanceId::new).toList();
    }

    @Override
    public Optional<DesiredInstance> desired(InstanceId instance) throws IOException {
        var kept = log.get(DESIRED + instance);
        if (kept.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(DesiredInstance.parseFrom(kept.get()));
        } catch (InvalidProtocolBufferException e) {
            throw new IOException("what is desired of " + instance + " was kept by another version", e);
        }
    }

    @Override
    public void keep(DesiredInstance desired) throws IOException {
        log.put(DESIRED + desired.getInstanceId(), desired.toByteArray());
    }

    /** The agent has lost what it was told; what it did and what it has stay. */
    void forgetDesired(InstanceId instance) throws IOException {
        log.remove(DESIRED + instance);
    }

    @Override
    public Progress progress(InstanceId instance) throws IOException {
        return log.get(PROGRESS + instance).map(SimulatedMemory::progress).orElse(Progress.NONE);
    }

    private static Progress progress(byte[] kept) {
        var fields = new String(kept, StandardCharsets.UTF_8).split(" ", -1);
        return new Progress(Long.parseLong(fields[0]), fields[1], Long.parseLong(fields[2]));
    }

    @Override
    public void keep(InstanceId instance, Progress progress) throws IOException {
        var line = progress.startedGeneration() + " " + progress.hostBoot() + " " + progress.reboots();
        log.put(PROGRESS + instance, line.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void forceProgress(InstanceId instance) {
        // It is as durable as anything here from the moment it is kept.
    }

    @Override
    public boolean isFrozen(InstanceId instance) throws IOException {
        return log.get(FROZEN + instance).isPresent();
    }

    @Override
    public void keepFrozen(InstanceId instance, boolean frozen) throws IOException {
        if (frozen) {
            log.put(FROZEN + instance, new byte[0]);
        } else {
            log.remove(FROZEN + instance);
        }
    }

    @Override
    public Path consoleLog(InstanceId instance) {
        return folder.resolve(instance.value());
    }

    @Override
    public Console console(InstanceId instance, int maxBytes) throws IOException {
        var text = consoles.of(instance);
        var length = Math.min(maxBytes, text.newest().length);
        return new Console(
                ByteString.copyFrom(text.newest(), text.newest().length - length, length), text.writtenAtMillis());
    }

    /** Every instance that is remembered or has a console. */
    Set<InstanceId> traces() {
        var traces = new HashSet<>(instances());
        consoles.guests().forEach(guest -> traces.add(new InstanceId(guest)));
        return traces;
    }

    @Override
    public void remove(InstanceId instance) throws IOException {
        log.remove(DESIRED + instance);
        log.remove(PROGRESS + instance);
        log.remove(FROZEN + instance);
        consoles.remove(instance);
    }
}
