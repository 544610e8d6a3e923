package io.coppice.cloud.image;

import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.Map;

/** Who besides images has guests kept off for a while that count as running. In the caller's transaction. Thread-safe. */
public interface GuestHolds {
    /** For which work the guests of these instances should be off now, by instance; at most one each. */
    Map<String, String> of(EntityManager entities, Collection<String> instanceIds);

    /** The guest of a locked instance is off for this work. Does nothing when it is for other work. */
    void resting(EntityManager entities, String instanceId, String workId);
}
