package io.coppice.cluster.zone;

import io.coppice.proto.network.v1.EndpointLocation;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.Vpc;
import io.coppice.proto.node.v1.ClusterMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** What a host has understood of its networks, as strictly as the contract says; a message that breaks it fails the test. */
final class NetworkView implements HostConnection {
    private final List<ClusterMessage> sent = new ArrayList<>();
    private final Map<String, Vpc> vpcs = new HashMap<>();
    private final Map<String, Map<String, EndpointLocation>> locations = new HashMap<>();
    private final Map<String, Map<String, EndpointLocation>> coming = new HashMap<>();
    private final Map<String, Long> sequences = new HashMap<>();
    private boolean room = true;

    @Override
    public void send(ClusterMessage message) {
        sent.add(message);
        switch (message.getBodyCase()) {
            case VPC -> take(message.getVpc());
            case ENDPOINTS -> take(message.getEndpoints());
            case DESIRED ->
                message.getDesired().getEndpointsList().stream()
                        .filter(each -> !each.getVpcId().isEmpty() && !vpcs.containsKey(each.getVpcId()))
                        .forEach(each -> {
                            throw new AssertionError("an instance came before " + each.getVpcId());
                        });
            default -> {}
        }
    }

    private void take(Vpc vpc) {
        var known = vpcs.get(vpc.getVpcId());
        if (known != null && vpc.getGeneration() < known.getGeneration()) {
            throw new AssertionError("an older generation of " + vpc.getVpcId());
        }
        if (vpc.getDeleted()) {
            vpcs.remove(vpc.getVpcId());
            locations.remove(vpc.getVpcId());
            sequences.remove(vpc.getVpcId());
        } else {
            vpcs.put(vpc.getVpcId(), vpc);
        }
    }

    private void take(EndpointUpdate update) {
        var vpc = update.getVpcId();
        if (!vpcs.containsKey(vpc)) {
            throw new AssertionError("interfaces of " + vpc + " came before it");
        }
        if (update.getPresentCount() > 1024 || update.getGoneNetworkInterfaceIdsCount() > 1024) {
            throw new AssertionError("a message with too many interfaces");
        }
        var before = sequences.put(vpc, update.getSequence());
        if (!update.getFull() && (before == null || update.getSequence() != before + 1)) {
            throw new AssertionError("sequence " + update.getSequence() + " after " + before);
        }
        if (update.getFull()) {
            var all = coming.computeIfAbsent(vpc, any -> new HashMap<>());
            update.getPresentList().forEach(each -> all.put(each.getNetworkInterfaceId(), each));
            if (!update.getMore()) {
                locations.put(vpc, all);
                coming.remove(vpc);
            }
            return;
        }
        var all = Objects.requireNonNull(locations.get(vpc));
        update.getPresentList().forEach(each -> all.put(each.getNetworkInterfaceId(), each));
        update.getGoneNetworkInterfaceIdsList().forEach(all::remove);
    }

    @Override
    public boolean hasRoom() {
        return room;
    }

    /** From now on the host keeps up, or does not. */
    void room(boolean has) {
        room = has;
    }

    /** Everything that came, oldest first. */
    List<ClusterMessage> sent() {
        return sent;
    }

    /** How many messages about networks came since the last call. */
    int news() {
        var count = (int) sent.stream()
                .filter(each -> each.hasVpc() || each.hasEndpoints())
                .count();
        sent.clear();
        return count;
    }

    Map<String, Vpc> vpcs() {
        return vpcs;
    }

    Vpc vpc(String id) {
        return Objects.requireNonNull(vpcs.get(id));
    }

    /** Interfaces of a VPC with the host of each. */
    Map<String, String> where(String vpcId) {
        var where = new HashMap<String, String>();
        locations.getOrDefault(vpcId, Map.of()).forEach((id, each) -> where.put(id, each.getNodeId()));
        return where;
    }

    Set<String> known() {
        return new TreeSet<>(vpcs.keySet());
    }
}
