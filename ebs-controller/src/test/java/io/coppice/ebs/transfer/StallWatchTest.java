package io.coppice.ebs.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** If this fails, an object store that falls silent holds up imports for ever. */
class StallWatchTest {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final InputStream silent = new InputStream() {
        @Override
        public int read() {
            return -1;
        }

        @Override
        public void close() {
            closed.countDown();
        }
    };

    @Test
    void aSilentStreamIsClosed() throws InterruptedException {
        try (var watch = new StallWatch(silent, Duration.ofMillis(100))) {
            watch.heard();
            assertTrue(closed.await(1, TimeUnit.MINUTES));
        }
    }

    @Test
    void oneThatIsReadToItsEndIsLeftAlone() throws InterruptedException {
        try (var watch = new StallWatch(silent, Duration.ofHours(1))) {
            watch.heard();
        }
        assertEquals(1, closed.getCount());
    }
}
