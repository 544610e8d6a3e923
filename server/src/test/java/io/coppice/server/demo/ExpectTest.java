package io.coppice.server.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** If this failed, the demo would take one look that hangs for the whole cloud hanging. */
class ExpectTest {
    private static final Duration LIMIT = Duration.ofSeconds(6);

    @Test
    void aLookThatHangsLeavesTimeForOthers() {
        var looks = new AtomicInteger();
        Expect.eventually("the second look", LIMIT, 2, (Duration share) -> {
            var look = looks.incrementAndGet();
            if (look == 1) {
                sleep(share);
            }
            return look;
        });
        assertEquals(2, looks.get());
    }

    @Test
    void whatIsNeverSeenFailsWithWhatWasSeenLast() {
        var failure = assertThrows(
                DemoFailure.class, () -> Expect.eventually("it", Duration.ofMillis(50), "right", () -> "wrong"));
        assertEquals("it is wrong after 0 s; expected right", failure.getMessage());
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
