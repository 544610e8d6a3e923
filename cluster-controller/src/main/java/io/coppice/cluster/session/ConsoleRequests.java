package io.coppice.cluster.session;

import com.google.protobuf.ByteString;
import io.coppice.cluster.zone.Zone;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.NodeId;
import io.coppice.proto.cluster.v1.AskHostRequest;
import io.coppice.proto.cluster.v1.GetConsoleResponse;
import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.ConsoleChunk;
import io.coppice.proto.node.v1.ConsoleRequest;
import io.coppice.proto.node.v1.HostRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Asks hosts for console bytes, or to do something at once, and waits for what they give. Thread-safe. */
public final class ConsoleRequests {
    private static final int MAX_ACTION_BYTES = 1024 * 1024;

    private final Zone zone;
    private final Duration timeout;
    private final int maxBytes;
    private final int maxPending;
    private final Map<String, Pending> pending = new ConcurrentHashMap<>();

    /**
     * Prepares to ask.
     *
     * @param timeout how long a host may take
     * @param maxBytes most bytes of one answer
     * @param maxPending most requests at the same time
     */
    public ConsoleRequests(Zone zone, Duration timeout, int maxBytes, int maxPending) {
        this.zone = zone;
        this.timeout = timeout;
        this.maxBytes = maxBytes;
        this.maxPending = maxPending;
    }

    private record Pending(NodeId node, int maxBytes, CompletableFuture<GetConsoleResponse> answer) {}

    /** The newest bytes of the instance's console. Blocks; throws a status for the caller when they cannot be had. */
    public GetConsoleResponse ask(InstanceId instance, int bytes) throws InterruptedException {
        var wanted = Math.clamp(bytes, 1, maxBytes);
        return exchange(instance, wanted, id -> ClusterMessage.newBuilder()
                .setConsoleRequest(ConsoleRequest.newBuilder()
                        .setRequestId(id)
                        .setInstanceId(instance.value())
                        .setMaxBytes(wanted)));
    }

    /** What the instance's host gives for an action. Blocks; throws a status for the caller when it cannot be had. */
    public ByteString askHost(InstanceId instance, AskHostRequest asked) throws InterruptedException {
        return exchange(instance, MAX_ACTION_BYTES, id -> ClusterMessage.newBuilder()
                        .setHostRequest(HostRequest.newBuilder()
                                .setRequestId(id)
                                .setInstanceId(instance.value())
                                .setAction(asked.getAction())
                                .setHoldId(asked.getHoldId())
                                .addAllVolumeIds(asked.getVolumeIdsList())))
                .getData();
    }

    private GetConsoleResponse exchange(
            InstanceId instance, int wanted, Function<String, ClusterMessage.Builder> message)
            throws InterruptedException {
        var carrier = zone.carrier(instance).orElseThrow(() -> Status.NOT_FOUND
                .withDescription("no host of the zone has " + instance)
                .asRuntimeException());
        var way = carrier.way().orElseThrow(() -> Status.UNAVAILABLE
                .withDescription("the host of " + instance + " has no session now")
                .asRuntimeException());
        if (pending.size() >= maxPending) {
            throw Status.RESOURCE_EXHAUSTED
                    .withDescription("too many console requests at once: try again in a moment")
                    .asRuntimeException();
        }
        var request = new Pending(carrier.node(), wanted, new CompletableFuture<>());
        var id = UUID.randomUUID().toString();
        pending.put(id, request);
        try {
            way.send(message.apply(id).setNodeId(carrier.node().value()).build());
            return request.answer().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw Status.UNAVAILABLE
                    .withDescription("the host of " + instance + " did not answer in time")
                    .asRuntimeException();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StatusRuntimeException refused
                    && refused.getStatus().getCode() == Status.Code.FAILED_PRECONDITION) {
                throw refused;
            }
            throw Status.UNAVAILABLE
                    .withDescription("the host of " + instance + " broke off its answer")
                    .withCause(e)
                    .asRuntimeException();
        } finally {
            pending.remove(id);
        }
    }

    /** An answer that is coming in, for collecting it; throws a status when nobody asked this host for it. */
    Collector collect(ConsoleChunk first, NodeId speaker) {
        var request = pending.get(first.getRequestId());
        if (request == null || !request.node().equals(speaker)) {
            throw Status.NOT_FOUND
                    .withDescription("no such console request, or nobody waits for it any more")
                    .asRuntimeException();
        }
        return new Collector(request, first.getWrittenAtMillis());
    }

    /** Puts one answer together. Not thread-safe. */
    static final class Collector {
        private final Pending request;
        private final long writtenAtMillis;
        private ByteString data = ByteString.EMPTY;

        private Collector(Pending request, long writtenAtMillis) {
            this.request = request;
            this.writtenAtMillis = writtenAtMillis;
        }

        /** Adds a part; throws a status when the host sends more than it was asked for. */
        void add(ConsoleChunk chunk) {
            if (!chunk.getFailure().isEmpty()) {
                request.answer()
                        .completeExceptionally(Status.FAILED_PRECONDITION
                                .withDescription(chunk.getFailure())
                                .asRuntimeException());
            }
            data = data.concat(chunk.getData());
            if (data.size() > request.maxBytes()) {
                throw Status.RESOURCE_EXHAUSTED
                        .withDescription("more console bytes than were asked for")
                        .asRuntimeException();
            }
        }

        /** The answer is whole. */
        void complete() {
            request.answer()
                    .complete(GetConsoleResponse.newBuilder()
                            .setData(data)
                            .setWrittenAtMillis(writtenAtMillis)
                            .build());
        }

        /** The answer broke off. */
        void fail(Throwable cause) {
            request.answer().completeExceptionally(cause);
        }
    }
}
