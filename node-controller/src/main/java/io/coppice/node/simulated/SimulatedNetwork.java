package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.Endpoint;
import io.coppice.node.network.NetworkEngine;
import io.coppice.node.simulated.SimulationPlan.Fault;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Endpoints that are only remembered. Thread-safe. */
final class SimulatedNetwork implements NetworkEngine {
    private static final String BRIDGE = "simulated0";
    private static final int MTU_BYTES = 1500;
    private static final int TAP_DIGITS = 9;

    private final FaultDice dice;
    private final Set<InstanceId> known = ConcurrentHashMap.newKeySet();
    private final Map<String, Followed> followed = new ConcurrentHashMap<>();

    SimulatedNetwork(SimulationPlan plan) {
        this.dice = new FaultDice(plan);
    }

    @Override
    public void start() {}

    @Override
    public List<Endpoint> ensure(InstanceId instance, List<NetworkEndpoint> wished) throws IOException {
        if (!known.contains(instance) && dice.strikes(Fault.NETWORK, instance.value())) {
            throw new IOException("simulated: the network refused an endpoint of " + instance);
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
        if (vpc.getDeleted()) {
            followed.remove(vpc.getVpcId());
        } else {
            followed.merge(
                    vpc.getVpcId(),
                    new Followed(vpc.getGeneration(), 0, ""),
                    (before, now) ->
                            new Followed(Math.max(before.generation(), now.generation()), before.sequence(), ""));
        }
    }

    @Override
    public boolean apply(EndpointUpdate update) {
        var before = followed.get(update.getVpcId());
        if (before == null || (!update.getFull() && update.getSequence() > before.sequence() + 1)) {
            return false;
        }
        followed.computeIfPresent(
                update.getVpcId(), (vpc, now) -> new Followed(now.generation(), update.getSequence(), ""));
        return true;
    }

    @Override
    public Followed followed(String vpcId) {
        return followed.getOrDefault(vpcId, Followed.NOTHING);
    }

    @Override
    public String hostAddress() {
        return "";
    }

    @Override
    public void repair() {}

    @Override
    public void close() {}

    Set<InstanceId> known() {
        return Set.copyOf(known);
    }
}
