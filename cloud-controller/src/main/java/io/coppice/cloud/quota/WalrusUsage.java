package io.coppice.cloud.quota;

import io.coppice.cloud.peer.PeerChannels;
import io.coppice.foundation.id.AccountId;
import io.coppice.proto.walrus.v1.GetUsageRequest;
import io.coppice.proto.walrus.v1.UsageGrpc;
import io.coppice.wire.error.AwsException;
import io.grpc.StatusRuntimeException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** {@link ObjectStoreUsage} as Walrus tells it. Thread-safe. */
@ApplicationScoped
class WalrusUsage implements ObjectStoreUsage {
    private static final Logger LOG = Logger.getLogger(WalrusUsage.class);
    private static final int ANSWER_SECONDS = 10;
    private static final int UNAVAILABLE = 503;

    private final PeerChannels channels;

    WalrusUsage(PeerChannels channels) {
        this.channels = channels;
    }

    @Override
    public long buckets(AccountId account) {
        try {
            return UsageGrpc.newBlockingStub(channels.walrus())
                    .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                    .getUsage(GetUsageRequest.newBuilder()
                            .setAccountId(account.value())
                            .build())
                    .getBuckets();
        } catch (StatusRuntimeException e) {
            LOG.warnf("Walrus does not tell what account %s has: %s", account, e.getStatus());
            throw AwsException.of(
                    "ServiceUnavailable",
                    UNAVAILABLE,
                    "The object store cannot be asked for the buckets of account " + account + ". Try again soon.");
        }
    }
}
