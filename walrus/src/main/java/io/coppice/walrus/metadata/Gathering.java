package io.coppice.walrus.metadata;

import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Works off together what is asked for at the same time, so that many pay for one statement, one turn of the database and one
 * flush. Whoever comes while fewer than {@code leaders} are at work takes all that waits, works it off, and leaves the next
 * round to the first that came meanwhile: one that comes alone waits for nobody, and the more come, the more go together. What
 * waits is bounded by the number of callers. Thread-safe.
 *
 * @param <Q> what is asked
 * @param <A> what comes of it
 */
final class Gathering<Q, A> {
    /** Of SQLSTATE: what the database says of a statement that it has undone (PostgreSQL, appendix A "Error codes"). */
    private static final Set<String> UNDONE = Set.of("22", "23", "40", "55");

    private final Work<Q, A> work;
    private final int leaders;
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Ticket<Q, A>> waiting = new ArrayDeque<>();
    private int working;

    /** Works off questions and gives their answers in the same order; when it throws, nothing was done. */
    @FunctionalInterface
    interface Work<Q, A> {
        List<A> workOff(List<Q> asked);
    }

    /** One question, and what its asker is told. */
    private record Ticket<Q, A>(Q question, CompletableFuture<Turn<A>> turn) {}

    /** What comes of waiting. */
    private sealed interface Turn<A> {}

    /** Another one asked for both. */
    private record Answered<A>(A answer) implements Turn<A> {}

    /** All failed alike. */
    private record Failed<A>(PersistenceException failure) implements Turn<A> {}

    /** The next round is this one's. */
    private record Leads<A>() implements Turn<A> {}

    /** Something went wrong that may be about another one's question. */
    private record Alone<A>() implements Turn<A> {}

    /**
     * Works questions off by {@code work}.
     *
     * @param leaders how many rounds go on at a time, 1 or more
     * @param most questions of one round, 1 or more
     */
    Gathering(Work<Q, A> work, int leaders, int most) {
        this.work = work;
        this.leaders = leaders;
        this.most = most;
    }

    /** The answer; throws what {@code work} throws. */
    A ask(Q question) {
        var own = new Ticket<Q, A>(question, new CompletableFuture<>());
        var turn = leadsAtOnce(own) ? new Leads<A>() : own.turn().join();
        return switch (turn) {
            case Answered<A>(var answer) -> answer;
            case Failed<A>(var failure) -> throw new PersistenceException(failure.getMessage(), failure);
            case Leads<A>() -> lead(own);
            case Alone<A>() -> alone(question);
        };
    }

    /** How many wait for a round. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    private boolean leadsAtOnce(Ticket<Q, A> own) {
        lock.lock();
        try {
            if (working < leaders) {
                working++;
                return true;
            }
            waiting.add(own);
            return false;
        } finally {
            lock.unlock();
        }
    }

    private A lead(Ticket<Q, A> own) {
        var round = roundWith(own);
        var failure = Optional.<PersistenceException>empty();
        var answers = List.<A>of();
        try {
            answers = work.workOff(round.stream().map(Ticket::question).toList());
        } catch (PersistenceException e) {
            failure = Optional.of(e);
        } finally {
            handOver();
            tell(round, answers, failure);
        }
        if (failure.isPresent()) {
            if (round.size() > 1 && isUndone(failure.get())) {
                return alone(own.question());
            }
            throw failure.get();
        }
        return answers.getFirst();
    }

    /** The others of a round; who gets no answer asks alone, also where this thread ends by an error. */
    private void tell(List<Ticket<Q, A>> round, List<A> answers, Optional<PersistenceException> failure) {
        for (int i = 1; i < round.size(); i++) {
            var turn = round.get(i).turn();
            if (!answers.isEmpty()) {
                turn.complete(new Answered<>(answers.get(i)));
            } else if (failure.isPresent() && !isUndone(failure.get())) {
                turn.complete(new Failed<>(failure.get()));
            } else {
                turn.complete(new Alone<>());
            }
        }
    }

    private A alone(Q question) {
        return work.workOff(List.of(question)).getFirst();
    }

    private List<Ticket<Q, A>> roundWith(Ticket<Q, A> own) {
        var round = new ArrayList<Ticket<Q, A>>();
        round.add(own);
        lock.lock();
        try {
            while (round.size() < most && !waiting.isEmpty()) {
                round.add(waiting.remove());
            }
            return round;
        } finally {
            lock.unlock();
        }
    }

    private void handOver() {
        lock.lock();
        try {
            var next = waiting.poll();
            if (next == null) {
                working--;
            } else {
                next.turn().complete(new Leads<>());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether the database took everything back: what else went wrong, as a connection that was cut, may have come to be. */
    private static boolean isUndone(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof SQLException sql) {
                var state = sql.getSQLState();
                return state != null && state.length() > 1 && UNDONE.contains(state.substring(0, 2));
            }
        }
        return false;
    }
}
