package io.coppice.node.agent;

import io.coppice.proto.node.v1.ConsoleChunk;
import io.coppice.proto.node.v1.ConsoleReceipt;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.jboss.logging.Logger;

/** Sends console bytes as fast as the other side takes them. */
final class ConsoleDelivery implements ClientResponseObserver<ConsoleChunk, ConsoleReceipt> {
    static final Duration DEADLINE = Duration.ofSeconds(10);

    private static final Logger LOG = Logger.getLogger(ConsoleDelivery.class);

    private final Iterator<ConsoleChunk> chunks;

    ConsoleDelivery(List<ConsoleChunk> chunks) {
        this.chunks = List.copyOf(chunks).iterator();
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ConsoleChunk> requests) {
        // gRPC calls this handler from one thread at a time.
        requests.setOnReadyHandler(() -> {
            var more = chunks.hasNext();
            while (chunks.hasNext() && requests.isReady()) {
                requests.onNext(chunks.next());
            }
            if (more && !chunks.hasNext()) {
                requests.onCompleted();
            }
        });
    }

    @Override
    public void onNext(ConsoleReceipt receipt) {}

    @Override
    public void onError(Throwable error) {
        LOG.warnf("console bytes could not be delivered: %s", error.getMessage());
    }

    @Override
    public void onCompleted() {}
}
