package io.coppice.node.network.vpc;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.NodeId;
import io.coppice.node.agent.HostDrivers;
import io.coppice.node.network.Endpoint;
import io.coppice.node.network.NetworkEngine;
import io.coppice.node.scenario.ZoneFixture;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.node.v1.PublicNetwork;
import io.coppice.proto.node.v1.PublicTunnels;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A host of a lab with an agent that looks after its public network; the lab itself looks after its VPCs and guests. */
final class SharingHost implements NetworkEngine, ZoneFixture.Dressing {
    private final NetworkLab lab;
    private final PublicAccess access;
    private @Nullable NodeId id;
    private @Nullable LabHost host;
    private boolean wasStarted;

    SharingHost(NetworkLab lab, PublicAccess access) {
        this.lab = lab;
        this.access = access;
    }

    @Override
    public HostDrivers dress(NodeId node, HostDrivers drivers) throws IOException {
        id = node;
        if (host == null) {
            host = lab.addHost(node.value(), access);
        }
        return new HostDrivers(
                drivers.hypervisor(), this, drivers.disks(), drivers.images(), drivers.metadata(), drivers.memory());
    }

    NodeId id() {
        return Objects.requireNonNull(id);
    }

    LabHost host() {
        return Objects.requireNonNull(host);
    }

    /** Where the tunnels of the public network end. */
    List<String> ends() throws IOException {
        return host().space()
                .run("bridge", "fdb", "show", "dev", host().settings().publicTunnel())
                .lines()
                .filter(line -> line.startsWith("00:00:00:00:00:00"))
                .map(line -> line.replaceAll(".* dst (\\S+) .*", "$1"))
                .toList();
    }

    /** Its cables to other hosts and to the public network, "up" or "down". */
    void cables(String state) throws IOException {
        host().space().ip("link", "set", "dev", "fab0", state);
        host().space().ip("link", "set", "dev", "pub0", state);
    }

    @Override
    public void start() throws IOException {
        if (wasStarted) {
            host().restartEngine();
        }
        wasStarted = true;
    }

    @Override
    public List<Endpoint> ensure(InstanceId instance, List<NetworkEndpoint> wished) {
        return List.of();
    }

    @Override
    public void attached(InstanceId instance) {
        // There are none.
    }

    @Override
    public void release(InstanceId instance) {
        // There are none.
    }

    @Override
    public PublicNetwork publicNetwork() {
        return host().engine().publicNetwork();
    }

    @Override
    public void apply(PublicTunnels tunnels) throws IOException {
        host().engine().apply(tunnels);
    }

    @Override
    public String hostAddress() {
        return host().engine().hostAddress();
    }

    @Override
    public void repair() throws IOException {
        host().engine().repair();
    }

    @Override
    public void close() {
        // With the lab.
    }
}
