package io.coppice.ebs.serve;

import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.VolumeExport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Serves nothing, for hosts whose guests write nothing. Forgets all with the process, and is told again. */
public final class SimulatedVolumeServer implements VolumeServer {
    private final Map<VolumeId, Path> served = new ConcurrentHashMap<>();

    @Override
    public List<VolumeExport> serve(VolumeId volume, Path layer, Grants grants) {
        served.putIfAbsent(volume, layer);
        return grants.names().stream()
                .map(name -> VolumeExport.newBuilder().setName(name).build())
                .toList();
    }

    @Override
    public void withdraw(VolumeId volume) {
        served.remove(volume);
    }

    @Override
    public Optional<Path> writtenTo(VolumeId volume) {
        return Optional.ofNullable(served.get(volume));
    }

    @Override
    public void divert(VolumeId volume, Path layer) {
        served.replace(volume, layer);
    }

    @Override
    public void whilePaused(Collection<VolumeId> volumes, Change change) throws IOException {
        change.make();
    }

    @Override
    public void flatten(VolumeId volume) {
        // Nothing is in any layer.
    }

    @Override
    public void close() {
        served.clear();
    }
}
