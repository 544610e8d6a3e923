package io.coppice.cloud.network;

import io.coppice.cloud.store.PlainSql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * Which VPCs hosts must be told of again. Whoever writes anything that hosts must know of a VPC calls {@link #changed} in
 * the transaction that writes it, before it reads what it decides by: it also keeps other writers of the VPC out until
 * the transaction ends. Thread-safe.
 */
@ApplicationScoped
public class VpcGenerations {
    private static final int FORGOTTEN_AT_ONCE = 100;
    private static final String NOW = "generation = nextval('network_generations'),"
            + " changed_in = pg_current_xact_id()::text::bigint, changed_at = ?";

    private final NetworkConfig config;
    private final VpcSignal signal;
    private final Clock clock;

    /** For the container and for tests. */
    public VpcGenerations(NetworkConfig config, VpcSignal signal, Clock clock) {
        this.config = config;
        this.signal = signal;
        this.clock = clock;
    }

    /** A new VPC. */
    public void made(EntityManager entities, String vpcId) {
        entities.flush();
        PlainSql.update(
                entities,
                "insert into vpc_generations (vpc_id, generation, changed_in, changed_at, deleted) values"
                        + " (?, nextval('network_generations'), pg_current_xact_id()::text::bigint, ?, false)",
                vpcId,
                now());
        signal.raise();
    }

    /** The VPC is another than before: locks it against other writers and gives it a higher generation. */
    public void changed(EntityManager entities, String vpcId) {
        PlainSql.update(
                entities, "update vpc_generations set " + NOW + " where vpc_id = ? and not deleted", now(), vpcId);
        signal.raise();
    }

    /** As {@link #changed} of several, always in the same order, so that writers of the same VPCs cannot block each other. */
    public void changed(EntityManager entities, Collection<String> vpcIds) {
        new TreeSet<>(vpcIds).forEach(id -> changed(entities, id));
    }

    /** The VPC is gone. */
    public void removed(EntityManager entities, String vpcId) {
        PlainSql.update(
                entities, "update vpc_generations set " + NOW + ", deleted = true where vpc_id = ?", now(), vpcId);
        PlainSql.update(
                entities,
                "delete from vpc_generations where vpc_id in (select vpc_id from vpc_generations"
                        + " where deleted and changed_at < ? limit ? for update skip locked)",
                now().minus(config.deletedKept()),
                FORGOTTEN_AT_ONCE);
        signal.raise();
    }

    /**
     * What has changed since an earlier look; the same change may come twice, none is left out.
     *
     * @param position 0, or that of the earlier look
     */
    public Changes since(EntityManager entities, long position) {
        var next = PlainSql.query(
                        entities, "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint", row -> row.getLong(1))
                .getFirst();
        var changes = PlainSql.query(
                entities,
                "select vpc_id, generation, deleted from vpc_generations where changed_in >= ? order by generation",
                row -> new Change(row.getString(1), row.getLong(2), row.getBoolean(3)),
                position);
        return new Changes(changes, next);
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    /** A VPC that changed or is gone. */
    public record Change(String vpcId, long generation, boolean deleted) {}

    /**
     * What a look found.
     *
     * @param position where the next look begins
     */
    public record Changes(List<Change> changes, long position) {
        /** Keeps its own copy. */
        public Changes {
            changes = List.copyOf(changes);
        }
    }
}
