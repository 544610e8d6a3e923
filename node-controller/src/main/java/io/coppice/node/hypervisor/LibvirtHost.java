package io.coppice.node.hypervisor;

import io.coppice.foundation.role.NetworkMode;
import io.coppice.foundation.undo.Undo;
import io.coppice.node.agent.HostDrivers;
import io.coppice.node.agent.InstanceFiles;
import io.coppice.node.agent.NodeConfig;
import io.coppice.node.disk.QcowDiskStore;
import io.coppice.node.image.Arrivals;
import io.coppice.node.metadata.ImdsServer;
import io.coppice.node.network.LinuxNetworkEngine;
import io.coppice.node.network.NetworkEngine;
import io.coppice.node.network.SiteLanEngine;
import io.coppice.node.network.VpcEngine;
import io.coppice.node.network.ovn.OvnEngine;
import io.coppice.node.network.vpc.LinuxVpcEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Puts the drivers of a real host together. Called once by the node controller at its start. */
public final class LibvirtHost {
    private static final Logger LOG = Logger.getLogger(LibvirtHost.class);
    /** Left free on the file system, so that running guests can grow their disks. */
    static final long RESERVED_DISK_MIB = 1024;

    private static final String INSTANCES = "instances";
    private static final String FLAT_NETWORK = "network";
    private static final String VPCS = "vpcs";
    /** Of images that guests boot from while they arrive, in a host's folder. */
    public static final String ARRIVALS = "arriving";

    private LibvirtHost() {}

    /** As {@link #open(NodeConfig, String, Path, X509Certificate, Optional)} for a host without a name, trusting public authorities for images. */
    public static HostDrivers open(NodeConfig config, Path nodeFolder) throws IOException {
        return open(config, "", nodeFolder, null, Optional.empty());
    }

    /**
     * Connects to libvirt, makes the network and starts the metadata service. Nothing is left running when it throws:
     * {@link HypervisorException} when libvirt cannot be used, {@link IllegalArgumentException} when the configuration
     * cannot work, {@link IOException} when the network cannot be made.
     *
     * @param nodeId the host's name in messages
     * @param nodeFolder keeps all that must outlive the process
     * @param imageAuthority for images at https addresses: the cloud's own, or null for the public ones
     * @param among other hosts, which get images from here and this one from them; empty where they do not
     */
    public static HostDrivers open(
            NodeConfig config,
            String nodeId,
            Path nodeFolder,
            @Nullable X509Certificate imageAuthority,
            Optional<PeerSite> among)
            throws IOException {
        var folder = Files.createDirectories(nodeFolder).toRealPath();
        var instances = Files.createDirectories(folder.resolve(INSTANCES));
        var acceleration = new KvmProbe(folder).find();
        try (var undo = Undo.begin()) {
            var host = HostId.keptIn(folder);
            var hypervisor = new LibvirtHypervisor(
                    settings(config, folder, CephAccess.of(config.ceph(), host)), acceleration == Acceleration.KVM);
            undo.add("disconnect from libvirt", hypervisor::close);
            var architecture = hypervisor.info().architecture();
            var network = network(config.network(), nodeId, folder);
            network.start();
            var metadata = ImdsServer.listen(
                    metadataAddresses(network), config.network().metadataPort(), architecture, network.metadataEntry());
            undo.add("stop the metadata service", metadata::close);
            var disks = new QcowDiskStore(instances, RESERVED_DISK_MIB, Path.of(config.nbdTlsFolder()));
            var images = HostImages.open(config, folder, disks::basesInUse, imageAuthority, among);
            undo.commit();
            return new HostDrivers(hypervisor, network, disks, images, metadata, new InstanceFiles(instances));
        }
    }

    private static List<String> metadataAddresses(NetworkEngine network) {
        return Stream.concat(Stream.of(network.metadataAddress()), network.metadataAddressIpv6().stream())
                .toList();
    }

    private static NetworkEngine network(NodeConfig.Network config, String nodeId, Path folder) throws IOException {
        return switch (mode(config)) {
            case FLAT -> LinuxNetworkEngine.flat(config, folder.resolve(FLAT_NETWORK));
            case STATIC -> LinuxNetworkEngine.onSite(config, folder.resolve(FLAT_NETWORK));
            case SYSTEM -> new SiteLanEngine(config, folder.resolve(FLAT_NETWORK));
            case VPC -> vpcs(config, nodeId, folder);
            case MANAGED, MANAGED_NOVLAN -> new LinuxVpcEngine(config, nodeId, folder.resolve(VPCS));
        };
    }

    private static NetworkEngine vpcs(NodeConfig.Network config, String nodeId, Path folder) {
        return switch (VpcEngine.of(config)) {
            case LINUX -> new LinuxVpcEngine(config, nodeId, folder.resolve(VPCS));
            case OVN -> new OvnEngine(config, nodeId, folder.resolve(VPCS));
        };
    }

    private static NetworkMode mode(NodeConfig.Network config) {
        try {
            return NetworkMode.named(config.mode());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("coppice.node.network.mode: " + e.getMessage(), e);
        }
    }

    /**
     * Removes all that this node's agent made on the host outside its folder: its domains, its bridge, rules and DHCP
     * server. The agent must not run. Disks stay; their folder can then be deleted.
     */
    public static void clear(NodeConfig config, Path nodeFolder) throws IOException {
        if (!Files.isDirectory(nodeFolder)) {
            return;
        }
        var folder = nodeFolder.toRealPath();
        try (var hypervisor = new LibvirtHypervisor(settings(config, folder, Optional.empty()), false)) {
            for (var domain : hypervisor.list()) {
                LOG.infof("removing the guest of %s", domain.instance());
                hypervisor.remove(domain.instance());
            }
        }
        Arrivals.stopAll(folder.resolve(ARRIVALS));
        switch (mode(config.network())) {
            case FLAT, STATIC ->
                LinuxNetworkEngine.flat(config.network(), folder.resolve(FLAT_NETWORK))
                        .removeAll();
            case SYSTEM -> new SiteLanEngine(config.network(), folder.resolve(FLAT_NETWORK)).removeAll();
            case VPC, MANAGED, MANAGED_NOVLAN -> clearVpcs(config.network(), folder.resolve(VPCS));
        }
    }

    private static void clearVpcs(NodeConfig.Network config, Path folder) throws IOException {
        switch (VpcEngine.of(config)) {
            case LINUX -> new LinuxVpcEngine(config, "", folder).removeAll();
            case OVN -> new OvnEngine(config, "", folder).removeAll();
        }
    }

    private static LibvirtSettings settings(NodeConfig config, Path folder, Optional<CephAccess> ceph)
            throws IOException {
        return new LibvirtSettings(
                config.libvirtUri(),
                HostId.keptIn(folder),
                folder.resolve(INSTANCES),
                config.vcpuOvercommit(),
                config.reservedMemoryMib(),
                ceph);
    }
}
