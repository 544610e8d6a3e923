package io.coppice.foundation.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import io.grpc.stub.CallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** If this failed, one slow party could fill another's memory, or messages would come out of order. */
class BoundedSenderTest {
    private final Stream stream = new Stream();
    private final BoundedSender<Integer> sender = new BoundedSender<>(stream, 2);

    @Test
    void messagesWaitInOrderWhileTheOtherSideIsBusy() {
        assertTrue(sender.offer(1));
        stream.ready = false;
        assertTrue(sender.offer(2));
        assertTrue(sender.offer(3));
        assertEquals(List.of(1), stream.sent);
        stream.ready = true;
        sender.drain();
        assertTrue(sender.offer(4));
        assertEquals(List.of(1, 2, 3, 4), stream.sent);
    }

    @Test
    void aFullQueueTakesNothingMore() {
        stream.ready = false;
        assertTrue(sender.offer(1));
        assertTrue(sender.offer(2));
        assertFalse(sender.offer(3));
        stream.ready = true;
        sender.drain();
        assertEquals(List.of(1, 2), stream.sent);
    }

    @Test
    void anEndedStreamIsEndedOnceAndTakesNothing() {
        sender.fail(Status.ABORTED.asRuntimeException());
        sender.complete();
        sender.ended();
        assertFalse(sender.offer(1));
        assertEquals(List.of("error"), stream.ends);
        assertEquals(List.of(), stream.sent);
    }

    private static final class Stream extends CallStreamObserver<Integer> {
        private final List<Integer> sent = new ArrayList<>();
        private final List<String> ends = new ArrayList<>();
        private boolean ready = true;

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void setOnReadyHandler(Runnable handler) {}

        @Override
        @Deprecated
        public void disableAutoInboundFlowControl() {}

        @Override
        public void request(int count) {}

        @Override
        public void setMessageCompression(boolean enable) {}

        @Override
        public void onNext(Integer message) {
            sent.add(message);
        }

        @Override
        public void onError(Throwable error) {
            ends.add("error");
        }

        @Override
        public void onCompleted() {
            ends.add("completed");
        }
    }
}
