package io.coppice.cloud.network.flowlog;

import com.google.protobuf.ByteString;
import io.coppice.cloud.peer.PeerChannels;
import io.coppice.proto.walrus.v1.DeliverLogRequest;
import io.coppice.proto.walrus.v1.LogDeliveryGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Walrus by gRPC, with a deadline on every call. Thread-safe. */
@ApplicationScoped
class WalrusLogBuckets implements LogBuckets {
    private static final long SECONDS = 20;
    private static final Set<Status.Code> REFUSALS =
            Set.of(Status.Code.NOT_FOUND, Status.Code.PERMISSION_DENIED, Status.Code.INVALID_ARGUMENT);

    private final PeerChannels channels;

    WalrusLogBuckets(PeerChannels channels) {
        this.channels = channels;
    }

    @Override
    public void put(String accountId, String bucket, String key, byte[] content) throws NotDelivered {
        try {
            var answer = LogDeliveryGrpc.newBlockingStub(channels.walrus())
                    .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
                    .deliverLog(DeliverLogRequest.newBuilder()
                            .setAccountId(accountId)
                            .setBucket(bucket)
                            .setKey(key)
                            .setContentType("application/x-gzip")
                            .setContent(ByteString.copyFrom(content))
                            .build());
            assert answer != null;
        } catch (StatusRuntimeException e) {
            throw new NotDelivered(
                    REFUSALS.contains(e.getStatus().getCode()),
                    Objects.requireNonNullElse(
                            e.getStatus().getDescription(),
                            e.getStatus().getCode().name()),
                    e);
        }
    }
}
