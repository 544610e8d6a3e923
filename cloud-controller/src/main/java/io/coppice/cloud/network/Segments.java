package io.coppice.cloud.network;

import io.coppice.cloud.store.PlainSql;
import jakarta.persistence.EntityManager;

/** Numbers of VXLAN segments (RFC 7348), unique in the cloud and none of a VLAN. Works in the caller's transaction. */
public final class Segments {
    private static final int ATTEMPTS = 1000;

    private Segments() {}

    /** A free number for something; it must not have one yet. */
    public static int take(EntityManager entities, String ownerId) {
        for (var i = 0; i < ATTEMPTS; i++) {
            var taken = PlainSql.query(
                    entities,
                    "insert into network_segments (vni, owner_id) values (nextval('network_segment_numbers'), ?)"
                            + " on conflict (vni) do nothing returning vni",
                    row -> row.getInt(1),
                    ownerId);
            if (!taken.isEmpty()) {
                return taken.getFirst();
            }
        }
        throw new IllegalStateException("no free segment number found: nearly all 16,773,120 are in use");
    }

    /** Gives back the number of something that is gone. */
    public static void free(EntityManager entities, String ownerId) {
        PlainSql.update(entities, "delete from network_segments where owner_id = ?", ownerId);
    }
}
