package io.coppice.cluster.control;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.coppice.foundation.rpc.MessageParts;
import io.coppice.foundation.rpc.MessageParts.Taken;
import io.coppice.proto.network.v1.Vpc;
import io.coppice.proto.network.v1.VpcPart;
import io.grpc.Status;
import java.util.List;

/** Puts VPCs together that come in parts. Thread-safe. */
final class LargeVpcs {
    private final MessageParts parts = new MessageParts();

    /**
     * The VPC whose last part this is; empty while more is to come. Throws {@code FAILED_PRECONDITION} when another part is due,
     * {@code INVALID_ARGUMENT} when the parts are no VPC.
     */
    synchronized List<Vpc> take(VpcPart part) {
        var taken = parts.take(new MessageParts.Part(
                part.getVpcId(), part.getGeneration(), part.getIndex(), part.getMore(), part.getPart()));
        return switch (taken) {
            case Taken.Waiting waiting -> List.of();
            case Taken.Gap gap ->
                throw Status.FAILED_PRECONDITION
                        .withDescription("part " + part.getIndex() + " of " + part.getVpcId()
                                + " does not follow what came before: begin again")
                        .asRuntimeException();
            case Taken.Whole(var bytes) -> List.of(parse(part.getVpcId(), bytes));
        };
    }

    private static Vpc parse(String vpcId, ByteString bytes) {
        try {
            return Vpc.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("the parts of " + vpcId + " are no VPC")
                    .withCause(e)
                    .asRuntimeException();
        }
    }
}
