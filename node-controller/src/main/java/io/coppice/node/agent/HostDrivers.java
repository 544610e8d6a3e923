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
 */
public record HostDrivers(
        Hypervisor hypervisor,
        NetworkEngine network,
        DiskStore disks,
        ImageCache images,
        MetadataService metadata,
        Path instancesFolder) {}
