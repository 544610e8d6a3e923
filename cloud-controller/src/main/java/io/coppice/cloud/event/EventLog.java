package io.coppice.cloud.event;

import io.coppice.foundation.id.AccountId;
import java.util.Map;

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
}
