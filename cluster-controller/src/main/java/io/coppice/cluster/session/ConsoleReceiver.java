package io.coppice.cluster.session;

import io.coppice.foundation.id.MalformedIdException;
import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.proto.node.v1.ConsoleChunk;
import io.coppice.proto.node.v1.ConsoleReceipt;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/** Receives the bytes of one console answer. gRPC calls it from one thread at a time. */
final class ConsoleReceiver implements StreamObserver<ConsoleChunk> {
    private final ConsoleRequests requests;
    private final Speakers speakers;
    private final PeerIdentity caller;
    private final StreamObserver<ConsoleReceipt> answer;
    private ConsoleRequests.@Nullable Collector collector;
    private boolean ended;

    ConsoleReceiver(
            ConsoleRequests requests, Speakers speakers, PeerIdentity caller, StreamObserver<ConsoleReceipt> answer) {
        this.requests = requests;
        this.speakers = speakers;
        this.caller = caller;
        this.answer = answer;
    }

    @Override
    public void onNext(ConsoleChunk chunk) {
        if (ended) {
            return;
        }
        try {
            var current = collector;
            if (current == null) {
                current = begin(chunk);
                collector = current;
            }
            current.add(chunk);
        } catch (StatusRuntimeException e) {
            end(e);
        } catch (MalformedIdException e) {
            end(Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
        }
    }

    private ConsoleRequests.Collector begin(ConsoleChunk first) {
        var node = new NodeId(first.getNodeId());
        if (!speakers.maySpeak(caller, node)) {
            throw Status.PERMISSION_DENIED
                    .withDescription(caller + " may not speak for " + node)
                    .asRuntimeException();
        }
        return requests.collect(first, node);
    }

    private void end(StatusRuntimeException why) {
        ended = true;
        if (collector != null) {
            collector.fail(why);
        }
        answer.onError(why);
    }

    @Override
    public void onError(Throwable error) {
        if (collector != null) {
            collector.fail(error);
        }
    }

    @Override
    public void onCompleted() {
        if (ended) {
            return;
        }
        if (collector != null) {
            collector.complete();
        }
        answer.onNext(ConsoleReceipt.getDefaultInstance());
        answer.onCompleted();
    }
}
