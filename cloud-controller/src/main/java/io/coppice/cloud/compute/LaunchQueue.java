package io.coppice.cloud.compute;

import io.coppice.cloud.compute.LaunchWriter.Launch;
import io.coppice.cloud.compute.LaunchWriter.Outcome;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets launches of one account share a transaction. They would wait for each other anyway, since all of them count the
 * account's instances: whoever has the turn looks up and carries out what came meanwhile too, and all are committed by one
 * flush to the disk. One that is alone waits for nobody. One that names what is not there is left out of its company; a
 * launch that is refused otherwise, and whatever else goes wrong in company, is tried alone, so that nobody gets another's
 * error. Thread-safe.
 */
final class LaunchQueue {
    private static final int MOST_AT_ONCE = 64;

    private final Database database;
    private final LaunchWriter writer;
    private final InstanceLauncher.Catalogue catalogue;
    private final Map<AccountId, Lane> lanes = new ConcurrentHashMap<>();

    LaunchQueue(Database database, LaunchWriter writer, InstanceLauncher.Catalogue catalogue) {
        this.database = database;
        this.writer = writer;
        this.catalogue = catalogue;
    }

    /**
     * Carries out one launch and returns once it is committed.
     *
     * @param lookUp gives the launch, or throws what is wrong with it; runs in the launch's transaction, on the thread of
     *     whoever has the turn, and once more if that transaction fails
     */
    Outcome carryOut(AccountId account, Function<LaunchLookUps, Launch> lookUp) {
        var lane = lanes.computeIfAbsent(account, any -> new Lane());
        var waiting = new Waiting(lookUp);
        lane.waiting.add(waiting);
        lane.turn.lock();
        try {
            while (!waiting.done()) {
                carryOut(account, lane.next());
            }
        } finally {
            lane.turn.unlock();
        }
        return waiting.result();
    }

    private void carryOut(AccountId account, List<Waiting> batch) {
        try {
            if (batch.size() > 1 && together(account, batch)) {
                return;
            }
            batch.forEach(waiting -> alone(account, waiting));
        } finally {
            // Should this thread end in the middle, the others must not wait for it.
            batch.forEach(Waiting::giveUp);
        }
    }

    /** Whether it went well. When it did not, nothing has happened. */
    private boolean together(AccountId account, List<Waiting> batch) {
        try {
            database.call(entities -> write(new LaunchLookUps(entities, catalogue, account), batch))
                    .forEach(Runnable::run);
            return true;
        } catch (RuntimeException e) {
            // The boundary between requests: each is carried out alone and then meets what is its own.
            return false;
        }
    }

    /** Carries out those that can be looked up; gives what tells each what came of it, for after the commit. */
    private List<Runnable> write(LaunchLookUps lookUps, List<Waiting> batch) {
        var tell = new ArrayList<Runnable>(batch.size());
        var found = new ArrayList<Waiting>(batch.size());
        var launches = new ArrayList<Launch>(batch.size());
        for (var waiting : batch) {
            try {
                launches.add(waiting.lookUp.apply(lookUps));
                found.add(waiting);
            } catch (AwsException e) {
                tell.add(() -> waiting.failure = e);
            }
        }
        var outcomes = launches.isEmpty() ? List.<Outcome>of() : writer.write(lookUps.entities(), launches);
        for (int i = 0; i < outcomes.size(); i++) {
            var waiting = found.get(i);
            var outcome = outcomes.get(i);
            tell.add(() -> waiting.outcome = outcome);
        }
        return tell;
    }

    private void alone(AccountId account, Waiting waiting) {
        try {
            waiting.outcome = database.call(entities -> {
                        var launch = waiting.lookUp.apply(new LaunchLookUps(entities, catalogue, account));
                        return writer.write(entities, List.of(launch));
                    })
                    .getFirst();
        } catch (RuntimeException e) {
            // Another request's thread may be at work here: the failure belongs to the one that asked.
            waiting.failure = e;
        }
    }

    /** The launches of one account: at most as many wait as requests are carried out at all. */
    private static final class Lane {
        private final ReentrantLock turn = new ReentrantLock();
        private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();

        List<Waiting> next() {
            var batch = new ArrayList<Waiting>();
            for (var each = waiting.poll(); each != null; each = waiting.poll()) {
                batch.add(each);
                if (batch.size() == MOST_AT_ONCE) {
                    break;
                }
            }
            return batch;
        }
    }

    /** Written and read by whoever has the turn. */
    private static final class Waiting {
        private final Function<LaunchLookUps, Launch> lookUp;
        private @Nullable Outcome outcome;
        private @Nullable RuntimeException failure;

        Waiting(Function<LaunchLookUps, Launch> lookUp) {
            this.lookUp = lookUp;
        }

        boolean done() {
            return outcome != null || failure != null;
        }

        void giveUp() {
            if (!done()) {
                failure = new IllegalStateException("the launch was cut off: look for the error before this one");
            }
        }

        Outcome result() {
            if (failure != null) {
                throw failure;
            }
            if (outcome == null) {
                throw new IllegalStateException("the launch was not carried out");
            }
            return outcome;
        }
    }
}
