package io.coppice.ebs.serve;

import io.coppice.ebs.key.DiskKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Layers in files of this machine.
 *
 * @param chain the layer that is written to, and all below it
 * @param key that encrypted layers are opened with; empty when they are not encrypted
 * @param writesThrough as {@link BlockDisk#writesThrough}
 */
record Tower(List<Path> chain, Optional<DiskKey> key, boolean writesThrough) implements BlockDisk {
    @Override
    public String nodeName() {
        return LayerNodes.name(chain.getFirst());
    }

    @Override
    public Map<String, @Nullable Object> node(DiskAccess access) throws IOException {
        return LayerNodes.tower(chain, LayerAccess.prepare(chain.getFirst(), access, writesThrough));
    }

    @Override
    public void cutOffOthers() {
        // One process at a time opens the layers, which whoever starts the next one has seen end.
    }
}
