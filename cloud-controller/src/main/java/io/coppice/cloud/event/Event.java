package io.coppice.cloud.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;

/**
 * A change that happened.
 *
 * @param position resume after it to read what came later
 * @param kind for example {@code instance.state-changed}
 * @param facts a JSON object
 */
public record Event(
        EventPosition position,
        long id,
        Instant at,
        String kind,
        String resourceId,
        String accountId,
        ChangeCause cause,
        String facts) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The event as a JSON object of one line. */
    public String json() {
        try {
            var node = JSON.createObjectNode()
                    .put("position", position.toString())
                    .put("id", id)
                    .put("time", at.toString())
                    .put("kind", kind)
                    .put("resource", resourceId)
                    .put("account", accountId)
                    .put("trigger", cause.trigger())
                    .put("actor", cause.actor())
                    .put("requestId", cause.requestId())
                    .put("summary", cause.summary());
            node.set("facts", JSON.readTree(facts));
            return JSON.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("event " + id + " holds facts that are not JSON", e);
        }
    }

    /** The first word of the kind. */
    public String family() {
        var dot = kind.indexOf('.');
        return dot < 0 ? kind : kind.substring(0, dot);
    }
}
