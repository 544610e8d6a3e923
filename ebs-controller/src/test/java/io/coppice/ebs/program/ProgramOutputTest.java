package io.coppice.ebs.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** If this failed, one program that runs for hours would hold up every snapshot and every attachment meanwhile. */
class ProgramOutputTest {
    private static final int MORE_THAN_ANY_POOL = 300;

    @Test
    void aProgramIsHeardHoweverManyOthersAreStillRunning() throws Exception {
        var end = new CountDownLatch(1);
        var others = new ArrayList<CompletableFuture<Boolean>>();
        try {
            for (int i = 0; i < MORE_THAN_ANY_POOL; i++) {
                others.add(ProgramOutput.hear(() -> await(end)));
            }
            assertEquals("said", ProgramOutput.hear(() -> "said").get(10, TimeUnit.SECONDS));
        } finally {
            end.countDown();
        }
        for (var other : others) {
            assertEquals(true, other.get(10, TimeUnit.SECONDS));
        }
    }

    private static boolean await(CountDownLatch end) {
        try {
            return end.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
