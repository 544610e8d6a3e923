package io.coppice.node.network.vpc;

import io.coppice.node.network.NetworkEngine;
import io.coppice.node.network.ovn.OvnEngine;
import io.coppice.node.network.ovn.OvnSettings;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.EndpointLocation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A host without a machine: a namespace with a cable to the other hosts and one to the public network. */
final class LabHost implements AutoCloseable {
    private final Space space;
    private final VpcSettings settings;
    private final Path folder;
    private final Optional<OvnSettings> ovn;
    private NetworkEngine engine;

    /** A host whose engine is OVN's where its settings are there, else the kernel's. */
    LabHost(Space space, VpcSettings settings, Path folder, Optional<OvnSettings> ovn) throws IOException {
        this.space = space;
        this.settings = settings;
        this.folder = folder;
        this.ovn = ovn;
        this.engine = make();
        engine.start();
    }

    private NetworkEngine make() {
        return ovn.isPresent() ? new OvnEngine(settings, ovn.get(), folder) : new LinuxVpcEngine(settings, folder);
    }

    /** Whether frames pass a switch outside the kernel, for which nobody fills in checksums later. */
    boolean needsChecksums() {
        return ovn.isPresent();
    }

    NetworkEngine engine() {
        return engine;
    }

    /** As a restart of the agent does: another engine finds what the first one left. */
    void restartEngine() throws IOException {
        engine.close();
        engine = make();
        engine.start();
    }

    Space space() {
        return space;
    }

    VpcSettings settings() {
        return settings;
    }

    /** The namespace of a VPC on this host. */
    String namespace(String vpcId) {
        return VpcOnHost.nameOf(settings, vpcId);
    }

    /** Where others are told that an interface of this host is. */
    EndpointLocation location(NetworkEndpoint endpoint) {
        return EndpointLocation.newBuilder()
                .setNetworkInterfaceId(endpoint.getNetworkInterfaceId())
                .setSubnetId(endpoint.getSubnetId())
                .setMac(endpoint.getMac())
                .addPrivateIpv4(endpoint.getPrivateIpv4())
                .addAllPrivateIpv4(endpoint.getSecondaryPrivateIpv4List())
                .addAllIpv6(endpoint.getIpv6List())
                .addAllSecurityGroupIds(endpoint.getSecurityGroupIdsList())
                .setNodeId(settings.nodeId())
                .setNodeAddress(settings.underlayAddress())
                .setPrivateDnsName(endpoint.getPrivateDnsName())
                .setSourceDestCheck(endpoint.getSourceDestCheck())
                .setResourceNameA(endpoint.getResourceNameA())
                .setResourceNameAaaa(endpoint.getResourceNameAaaa())
                .build();
    }

    @Override
    public void close() throws IOException {
        if (engine instanceof LinuxVpcEngine linux) {
            linux.removeAll();
        } else if (engine instanceof OvnEngine onOvn) {
            onOvn.removeAll();
        }
        space.close();
    }
}
