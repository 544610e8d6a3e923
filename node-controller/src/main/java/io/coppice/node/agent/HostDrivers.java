package io.coppice.node.agent;

import io.coppice.node.disk.DiskStore;
import io.coppice.node.hypervisor.Hypervisor;
import io.coppice.node.image.ImageCache;
import io.coppice.node.metadata.MetadataService;
import io.coppice.node.network.NetworkEngine;

/**
 * All that an agent needs of its host. Real and simulated hosts differ in nothing else.
 *
 * @param memory what the agent remembers of its instances over a restart
 */
public record HostDrivers(
        Hypervisor hypervisor,
        NetworkEngine network,
        DiskStore disks,
        ImageCache images,
        MetadataService metadata,
        InstanceMemory memory) {}
