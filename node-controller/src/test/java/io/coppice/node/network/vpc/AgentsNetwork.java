package io.coppice.node.network.vpc;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.NodeId;
import io.coppice.node.agent.HostDrivers;
import io.coppice.node.network.Endpoint;
import io.coppice.node.network.MetadataEntry;
import io.coppice.node.network.NetworkEngine;
import io.coppice.node.scenario.ZoneFixture;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.Vpc;
import io.coppice.proto.node.v1.PublicNetwork;
import io.coppice.proto.node.v1.PublicTunnels;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The network of a host of a lab as an agent drives it: all is the engine's, but that guests of the lab are plugged in where a hypervisor
 * would have made devices.
 */
final class AgentsNetwork implements NetworkEngine, ZoneFixture.Dressing {
    private final NetworkLab lab;
    private final Map<InstanceId, LabGuest> machines = new ConcurrentHashMap<>();
    private final Map<InstanceId, List<Endpoint>> unplugged = new ConcurrentHashMap<>();
    private @Nullable LabHost host;

    AgentsNetwork(NetworkLab lab) {
        this.lab = lab;
    }

    @Override
    public HostDrivers dress(NodeId id, HostDrivers drivers) throws IOException {
        host = lab.addHost(id.value());
        return new HostDrivers(
                drivers.hypervisor(), this, drivers.disks(), drivers.images(), drivers.metadata(), drivers.memory());
    }

    LabHost host() {
        return Objects.requireNonNull(host);
    }

    private NetworkEngine engine() {
        return host().engine();
    }

    /** This guest is what runs when the instance of its id is launched here. */
    void machine(LabGuest guest) {
        machines.put(guest.instance(), guest);
    }

    @Override
    public void start() {
        // It was, with the host.
    }

    @Override
    public List<Endpoint> ensure(InstanceId instance, List<NetworkEndpoint> wished) throws IOException {
        var made = engine().ensure(instance, wished);
        if (machines.containsKey(instance)) {
            unplugged.put(instance, made);
        }
        return made;
    }

    @Override
    public void attached(InstanceId instance) throws IOException {
        var machine = machines.remove(instance);
        var made = unplugged.remove(instance);
        if (machine != null && made != null) {
            machine.plug(made.getFirst());
        }
        engine().attached(instance);
    }

    @Override
    public void release(InstanceId instance) throws IOException {
        engine().release(instance);
    }

    @Override
    public void apply(Vpc vpc) throws IOException {
        engine().apply(vpc);
    }

    @Override
    public boolean apply(EndpointUpdate update) throws IOException {
        return engine().apply(update);
    }

    @Override
    public boolean apply(List<EndpointUpdate> updates) throws IOException {
        return engine().apply(updates);
    }

    @Override
    public Set<String> networks() {
        return engine().networks();
    }

    @Override
    public Followed followed(String vpcId) {
        return engine().followed(vpcId);
    }

    @Override
    public MetadataEntry metadataEntry() {
        return engine().metadataEntry();
    }

    @Override
    public String hostAddress() {
        return engine().hostAddress();
    }

    @Override
    public PublicNetwork publicNetwork() {
        return engine().publicNetwork();
    }

    @Override
    public void apply(PublicTunnels tunnels) throws IOException {
        engine().apply(tunnels);
    }

    @Override
    public void repair() throws IOException {
        engine().repair();
    }

    @Override
    public void close() {
        // With the lab.
    }
}
