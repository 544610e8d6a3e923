package io.coppice.node.agent;

import io.coppice.node.agent.NodeAgent.Host;
import io.coppice.node.hypervisor.HypervisorInfo;
import io.coppice.proto.node.v1.Capacity;
import io.coppice.proto.node.v1.Heartbeat;
import io.coppice.proto.node.v1.Hello;
import io.coppice.proto.node.v1.HypervisorFacts;
import io.coppice.proto.node.v1.ImageFetch;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.util.List;

/** What a host tells of itself. */
final class Reports {
    private static final int MAX_CACHED_IMAGES = 64;

    private Reports() {}

    static Hello hello(Host host, HypervisorInfo info, HostDrivers drivers, long epoch, long promisedDiskMib) {
        return Hello.newBuilder()
                .setHostName(host.name())
                .setNodeEpoch(epoch)
                .setVersion(host.version())
                .setCapacity(Capacity.newBuilder()
                        .setVcpus(info.vcpus())
                        .setMemoryMib(info.memoryMib())
                        .setDiskMib(drivers.disks().freeMib() + promisedDiskMib))
                .setHypervisor(HypervisorFacts.newBuilder()
                        .setDriver(info.driver())
                        .setVersion(info.version())
                        .setAccelerated(info.accelerated())
                        .setArchitecture(info.architecture()))
                .setAddress(drivers.network().hostAddress())
                .setTakesEncodedNetworks(true)
                .setPublicNetwork(drivers.network().publicNetwork())
                .setImagePeerAddress(drivers.images().peerAddress())
                .setCephCluster(drivers.hypervisor().volumes().cephCluster())
                .build();
    }

    static Heartbeat heartbeat(
            HypervisorInfo info, HostDrivers drivers, Clock clock, Journal journal, List<ImageFetch> fetches) {
        var load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        return Heartbeat.newBuilder()
                .setSentAtMillis(clock.millis())
                .setLastSequence(journal.sequence())
                .setLoadCenti((int) Math.max(0, load * 100))
                .setMemoryFreeMib(Math.max(0, info.memoryMib() - journal.promisedMemoryMib()))
                .setDiskFreeMib(drivers.disks().freeMib())
                .setImageCacheBytes(drivers.images().sizeBytes())
                .addAllCachedImages(drivers.images().cached(MAX_CACHED_IMAGES))
                .setPublicNetwork(drivers.network().publicNetwork())
                .addAllImageFetches(fetches)
                .build();
    }
}
