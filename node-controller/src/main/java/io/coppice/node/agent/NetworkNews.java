package io.coppice.node.agent;

import com.google.protobuf.InvalidProtocolBufferException;
import io.coppice.foundation.rpc.MessageParts;
import io.coppice.foundation.rpc.MessageParts.Taken;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.Vpc;
import io.coppice.proto.network.v1.VpcPart;
import io.coppice.proto.node.v1.ClusterMessage;

/** What a message of the Cluster Controller says of networks, in whichever form it came. */
sealed interface NetworkNews {
    /** What this is about. */
    String vpcId();

    /** A VPC, whole. */
    record Network(Vpc vpc) implements NetworkNews {
        @Override
        public String vpcId() {
            return vpc.getVpcId();
        }
    }

    /** Where interfaces are. */
    record Interfaces(EndpointUpdate update) implements NetworkNews {
        @Override
        public String vpcId() {
            return update.getVpcId();
        }
    }

    /** A part of a VPC; nothing is to be done before the last one. */
    record Unfinished(String vpcId) implements NetworkNews {}

    /** A part that does not follow the one before: all of the VPC is needed again. */
    record Torn(String vpcId) implements NetworkNews {}

    /**
     * Reads a message about networks. Throws {@link IllegalArgumentException} when it is about something else, or cannot be read.
     *
     * @param parts those of VPCs that are not complete yet
     */
    static NetworkNews read(ClusterMessage message, MessageParts parts) {
        try {
            return switch (message.getBodyCase()) {
                case VPC -> new Network(message.getVpc());
                case ENDPOINTS -> new Interfaces(message.getEndpoints());
                case SHARED_ENDPOINTS -> {
                    var shared = message.getSharedEndpoints();
                    yield new Interfaces(EndpointUpdate.parseFrom(shared.getUpdate()).toBuilder()
                            .setSequence(shared.getSequence())
                            .build());
                }
                case VPC_PART -> read(message.getVpcPart(), parts);
                default -> throw new IllegalArgumentException(message.getBodyCase() + " is not about networks");
            };
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("a message about networks cannot be read", e);
        }
    }

    /** Whether a message says where interfaces of this VPC are. */
    static boolean isAboutInterfaces(ClusterMessage message, String vpcId) {
        return switch (message.getBodyCase()) {
            case ENDPOINTS -> message.getEndpoints().getVpcId().equals(vpcId);
            case SHARED_ENDPOINTS -> message.getSharedEndpoints().getVpcId().equals(vpcId);
            default -> false;
        };
    }

    private static NetworkNews read(VpcPart part, MessageParts parts) throws InvalidProtocolBufferException {
        var taken = parts.take(new MessageParts.Part(
                part.getVpcId(), part.getGeneration(), part.getIndex(), part.getMore(), part.getPart()));
        return switch (taken) {
            case Taken.Waiting waiting -> new Unfinished(part.getVpcId());
            case Taken.Gap gap -> new Torn(part.getVpcId());
            case Taken.Whole(var bytes) -> new Network(Vpc.parseFrom(bytes));
        };
    }
}
