package io.coppice.node.agent;

import io.coppice.node.disk.DiskStore;
import io.coppice.node.hypervisor.Hypervisor;
import io.coppice.node.image.ImageCache;
import io.coppice.node.metadata.MetadataService;
import io.coppice.node.network.NetworkEngine;
import java.nio.file.Path;

/**
 * All that an agent needs of its host. Real and simulated hosts differ in nothing else.
 *
 * @param instancesFolder one folder per instance: its desired state, its disks, its console log
 * @param durability what the agent's own files of instances must survive
 */
public record HostDrivers(
        Hypervisor hypervisor,
        NetworkEngine network,
        DiskStore disks,
        ImageCache images,
        MetadataService metadata,
        Path instancesFolder,
        Durability durability) {
    /** What files survive beyond the end of the process. */
    public enum Durability {
        /** A power cut too: written files are forced to the disk before they are answered for. */
        POWER_CUT,
        /** A crash of the agent only. Enough where a power cut ends the host's world, as it does a simulated one's. */
        CRASH
    }
}
