package io.coppice.cluster.zone;

import com.google.protobuf.InvalidProtocolBufferException;
import io.coppice.foundation.rpc.MessageParts;
import io.coppice.proto.network.v1.EndpointLocation;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.SharedEndpointUpdate;
import io.coppice.proto.network.v1.Vpc;
import io.coppice.proto.network.v1.VpcPart;
import io.coppice.proto.node.v1.ClusterMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a host has understood of its networks, as strictly as the contract says; a message that breaks it fails the test. */
final class NetworkView implements HostConnection {
    private final List<ClusterMessage> came = new ArrayList<>();
    private final List<ClusterMessage> sent = new ArrayList<>();
    private final Map<String, Vpc> vpcs = new HashMap<>();
    private final Map<String, Map<String, EndpointLocation>> locations = new HashMap<>();
    private final Map<String, Map<String, EndpointLocation>> coming = new HashMap<>();
    private final Map<String, Long> sequences = new HashMap<>();
    private final MessageParts parts = new MessageParts();
    private boolean room = true;

    @Override
    public void send(ClusterMessage message) {
        came.add(message);
        decoded(message).ifPresent(this::take);
    }

    private void take(ClusterMessage message) {
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

    /** The message as a host that takes no bytes would have got it; empty before the last part. */
    private Optional<ClusterMessage> decoded(ClusterMessage message) {
        try {
            return switch (message.getBodyCase()) {
                case VPC_PART -> decoded(message.getVpcPart());
                case SHARED_ENDPOINTS -> Optional.of(decoded(message.getSharedEndpoints()));
                default -> Optional.of(message);
            };
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("bytes that are not what they should be", e);
        }
    }

    private Optional<ClusterMessage> decoded(VpcPart part) throws InvalidProtocolBufferException {
        var taken = parts.take(new MessageParts.Part(
                part.getVpcId(), part.getGeneration(), part.getIndex(), part.getMore(), part.getPart()));
        return switch (taken) {
            case MessageParts.Taken.Waiting waiting -> Optional.empty();
            case MessageParts.Taken.Gap gap -> throw new AssertionError("a part that does not follow");
            case MessageParts.Taken.Whole(var bytes) ->
                Optional.of(
                        ClusterMessage.newBuilder().setVpc(Vpc.parseFrom(bytes)).build());
        };
    }

    private static ClusterMessage decoded(SharedEndpointUpdate shared) throws InvalidProtocolBufferException {
        var update = EndpointUpdate.parseFrom(shared.getUpdate());
        if (!update.getVpcId().equals(shared.getVpcId())) {
            throw new AssertionError("an update of another VPC than it says");
        }
        return ClusterMessage.newBuilder()
                .setEndpoints(update.toBuilder().setSequence(shared.getSequence()))
                .build();
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

    /** Everything that came, decoded, oldest first. */
    List<ClusterMessage> sent() {
        return sent;
    }

    /** How many messages about networks came since the last call. */
    int news() {
        return takeNews().size();
    }

    /** The messages about networks that came since the last call, as they came. */
    List<ClusterMessage> takeNews() {
        var news = came.stream()
                .filter(each -> each.hasVpc() || each.hasEndpoints() || each.hasVpcPart() || each.hasSharedEndpoints())
                .toList();
        came.clear();
        sent.clear();
        return news;
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
