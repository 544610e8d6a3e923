package io.coppice.cloud.event;

import io.coppice.foundation.id.AccountId;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** The outbox of the Cloud Controller. */
public interface EventLog {
    /**
     * Writes an event in the caller's database transaction: it exists if and only if the change does. Fails outside of a
     * transaction.
     *
     * @param kind what happened to what, lower case with dots, for example {@code instance.state-changed}; its first word
     *     names the Kafka topic
     * @param resourceId the resource; events of one resource keep their order
     * @param facts what a consumer needs to know; values are text, numbers, booleans or null; never secrets
     */
    void append(ChangeCause cause, String kind, String resourceId, AccountId account, Map<String, ?> facts);

    /**
     * As {@link #append} for one change of many resources, in one round trip to the database.
     *
     * @param facts by resource id; the events stand in the order of the map
     */
    default void appendAll(
            ChangeCause cause, String kind, AccountId account, SequencedMap<String, ? extends Map<String, ?>> facts) {
        facts.forEach((resourceId, each) -> append(cause, kind, resourceId, account, each));
    }

    /** As {@link #append} for many changes, in their order and in one round trip to the database. */
    default void appendAll(List<NewEvent> changes) {
        changes.forEach(
                change -> append(change.cause(), change.kind(), change.resourceId(), change.account(), change.facts()));
    }

    /** A change that is to be written, as {@link #append} takes it. */
    record NewEvent(ChangeCause cause, String kind, String resourceId, AccountId account, Map<String, ?> facts) {}
}
