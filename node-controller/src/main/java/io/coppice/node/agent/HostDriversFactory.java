package io.coppice.node.agent;

import java.io.IOException;
import java.nio.file.Path;

/** Opens the drivers of a host. */
@FunctionalInterface
public interface HostDriversFactory {
    /** Opens the host whose files are in {@code nodeFolder}. The caller closes the drivers. */
    HostDrivers open(NodeConfig config, Path nodeFolder) throws IOException;
}
