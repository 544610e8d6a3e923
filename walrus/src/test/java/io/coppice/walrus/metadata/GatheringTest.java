package io.coppice.walrus.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** If this failed, a request could get another one's object, wait for ever, or fail for what another one asked. */
class GatheringTest {
    private static final int LIMIT_SECONDS = 60;
    private static final int BAD = 13;

    private final List<List<Integer>> rounds = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch firstIsAtWork = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        goOn.countDown();
        askers.close();
    }

    @Test
    void whatComesMeanwhileGoesTogetherAndEachGetsItsOwn() throws Exception {
        var gathering = new Gathering<>(this::doubled, 1, 32);
        var answers = askWhileBusy(gathering, 20);
        for (int i = 0; i < answers.size(); i++) {
            assertEquals(2 * i, answers.get(i).get(LIMIT_SECONDS, TimeUnit.SECONDS));
        }
        assertEquals(2, rounds.size(), rounds::toString);
    }

    @Test
    void aRoundHasItsLimit() throws Exception {
        var gathering = new Gathering<>(this::doubled, 1, 4);
        for (var answer : askWhileBusy(gathering, 21)) {
            answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        }
        assertEquals(1 + 5, rounds.size(), rounds::toString);
        assertTrue(rounds.stream().allMatch(round -> round.size() <= 4), rounds::toString);
    }

    @Test
    void whatIsUndoneForOneFailsForThatOneAlone() throws Exception {
        var gathering = new Gathering<>(failing("23503"), 1, 32);
        var answers = askWhileBusy(gathering, 20);
        for (int i = 0; i < answers.size(); i++) {
            var answer = answers.get(i);
            if (i == BAD) {
                var failure = assertThrows(ExecutionException.class, answer::get);
                assertInstanceOf(PersistenceException.class, failure.getCause());
            } else {
                assertEquals(2 * i, answer.get(LIMIT_SECONDS, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void whatMayHaveComeToBeIsNotRepeated() throws Exception {
        var gathering = new Gathering<>(failing("08006"), 1, 32);
        var answers = askWhileBusy(gathering, 20);
        assertEquals(0, answers.getFirst().get(LIMIT_SECONDS, TimeUnit.SECONDS), "it had a round of its own");
        for (var answer : answers.subList(1, answers.size())) {
            assertThrows(ExecutionException.class, () -> answer.get(LIMIT_SECONDS, TimeUnit.SECONDS));
        }
        assertEquals(2, rounds.size(), rounds::toString);
    }

    @Test
    void nobodyWaitsForOneThatEndedByAnError() throws Exception {
        var gathering = new Gathering<Integer, Integer>(
                asked -> {
                    var answers = doubled(asked);
                    if (asked.size() > 1) {
                        throw new IllegalStateException("no database at all");
                    }
                    return answers;
                },
                1,
                32);
        var failed = 0;
        for (var answer : askWhileBusy(gathering, 20)) {
            try {
                answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                failed++;
            }
        }
        assertEquals(1, failed, "the one that asked for the others");
        assertEquals(42, gathering.ask(21), "it goes on");
    }

    /** Asks 0 alone, and all others while that is being worked off. */
    private List<Future<Integer>> askWhileBusy(Gathering<Integer, Integer> gathering, int count) throws Exception {
        var answers = new ArrayList<Future<Integer>>();
        answers.add(askers.submit(() -> gathering.ask(0)));
        assertTrue(firstIsAtWork.await(LIMIT_SECONDS, TimeUnit.SECONDS));
        IntStream.range(1, count).forEach(i -> answers.add(askers.submit(() -> gathering.ask(i))));
        while (gathering.waiting() < count - 1) {
            Thread.onSpinWait();
        }
        goOn.countDown();
        return answers;
    }

    private List<Integer> doubled(List<Integer> asked) {
        rounds.add(List.copyOf(asked));
        firstIsAtWork.countDown();
        try {
            assertTrue(goOn.await(LIMIT_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return asked.stream().map(each -> 2 * each).toList();
    }

    private Gathering.Work<Integer, Integer> failing(String state) {
        return asked -> {
            var answers = doubled(asked);
            if (asked.contains(BAD)) {
                throw new PersistenceException(new SQLException("the test wants it so", state));
            }
            return answers;
        };
    }
}
