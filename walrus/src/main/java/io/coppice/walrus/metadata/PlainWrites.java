package io.coppice.walrus.metadata;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Runs one statement for each of several changes, all in one transaction and by one message to the database. Thread-safe. */
final class PlainWrites {
    private final Transactions transactions;
    private final String statement;

    PlainWrites(Transactions transactions, String statement) {
        this.transactions = transactions;
        this.statement = statement;
    }

    /**
     * A change of one object.
     *
     * @param parameters sets those of the statement
     */
    record Change(long bucketId, String key, Parameters parameters) {
        /** All lock their rows in this order, so that none waits for one that waits for it. */
        private static final Comparator<Change> ORDER =
                Comparator.comparingLong(Change::bucketId).thenComparing(Change::key);
    }

    /** Sets the parameters of a statement. */
    @FunctionalInterface
    interface Parameters {
        void set(ParameterBinder next) throws SQLException;
    }

    /** Which of them changed a row, in their order. */
    List<Boolean> carryOut(List<Change> changes) {
        var sorted = new ArrayList<>(changes);
        sorted.sort(Change.ORDER);
        var counts = transactions.single(connection -> {
            try (var prepared = connection.prepareStatement(statement)) {
                return sorted.size() == 1 ? new int[] {one(prepared, sorted.getFirst())} : batch(prepared, sorted);
            }
        });
        var changed = new ArrayList<Boolean>(changes.size());
        for (var change : changes) {
            changed.add(counts[at(sorted, change)] > 0);
        }
        return changed;
    }

    private static int one(PreparedStatement prepared, Change change) throws SQLException {
        change.parameters().set(new ParameterBinder(prepared));
        return prepared.executeUpdate();
    }

    private static int[] batch(PreparedStatement prepared, List<Change> changes) throws SQLException {
        for (var change : changes) {
            change.parameters().set(new ParameterBinder(prepared));
            prepared.addBatch();
        }
        return prepared.executeBatch();
    }

    /** By identity: two may be of one key. */
    private static int at(List<Change> sorted, Change change) {
        for (int i = 0; i < sorted.size(); i++) {
            if (sorted.get(i) == change) {
                return i;
            }
        }
        throw new IllegalStateException("a change that was not asked for");
    }
}
