package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.Endpoint;
import io.coppice.node.network.NetworkEngine;
import io.coppice.node.simulated.SimulationPlan.Fault;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.FlowReport;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Endpoints and VPCs that are only remembered, until the process ends. Thread-safe. */
final class SimulatedNetwork implements NetworkEngine {
    private static final String BRIDGE = "simulated0";
    private static final int MTU_BYTES = 1500;
    private static final int TAP_DIGITS = 9;

    private final FaultDice dice;
    private final String address;
    private final SimulatedFlows flows;
    private final SimulatedVpcs vpcs = new SimulatedVpcs();
    private final Set<InstanceId> known = ConcurrentHashMap.newKeySet();

    /** The network of the host with this address between hosts. */
    SimulatedNetwork(SimulationPlan plan, String address) {
        this.dice = new FaultDice(plan);
        this.address = address;
        this.flows = new SimulatedFlows(address, InstantSource.system());
    }

    @Override
    public void start() {}

    @Override
    public List<Endpoint> ensure(InstanceId instance, List<NetworkEndpoint> wished) throws IOException {
        if (!known.contains(instance) && dice.strikes(Fault.NETWORK, instance.value())) {
            throw new IOException("simulated: the network refused an endpoint of " + instance);
        }
        for (var endpoint : wished) {
            if (!endpoint.getVpcId().isEmpty() && !vpcs.has(endpoint.getVpcId())) {
                throw new IOException("this host was not told of " + endpoint.getVpcId() + " yet");
            }
        }
        known.add(instance);
        var digits = instance.value().substring(instance.value().length() - TAP_DIGITS + 1);
        return wished.stream()
                .map(each -> new Endpoint("sim" + digits + each.getDeviceIndex(), BRIDGE, each.getMac(), MTU_BYTES))
                .toList();
    }

    @Override
    public void attached(InstanceId instance) {}

    @Override
    public void release(InstanceId instance) {
        known.remove(instance);
        dice.forget(instance);
    }

    @Override
    public void apply(Vpc vpc) {
        vpcs.apply(vpc);
    }

    @Override
    public boolean apply(EndpointUpdate update) {
        return vpcs.apply(update);
    }

    @Override
    public Set<String> networks() {
        return vpcs.ids();
    }

    @Override
    public Followed followed(String vpcId) {
        return vpcs.followed(vpcId);
    }

    @Override
    public List<FlowReport> recordedFlows(Duration period) {
        return flows.of(vpcs.recorded(), period);
    }

    @Override
    public String hostAddress() {
        return address;
    }

    @Override
    public void repair() {}

    @Override
    public void close() {}

    SimulatedVpcs vpcs() {
        return vpcs;
    }

    Set<InstanceId> known() {
        return Set.copyOf(known);
    }
}
