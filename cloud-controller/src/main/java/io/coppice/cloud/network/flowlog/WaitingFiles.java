package io.coppice.cloud.network.flowlog;

import io.coppice.cloud.store.PlainSql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Optional;

/**
 * Objects that wait to be put into their buckets, and how far each zone's flows have become such: both in one transaction, so that what
 * was taken is in exactly one object. Every method works in the caller's transaction. Thread-safe.
 */
@ApplicationScoped
public class WaitingFiles {
    /** An object that waits, without its content. */
    record Waiting(long id, String accountId, String destination, String key) {}

    /**
     * How far a zone's flows have been taken.
     *
     * @param streamId empty before the first
     */
    record Position(String streamId, long sequence) {}

    Position position(EntityManager entities, String zone) {
        return PlainSql.query(
                        entities,
                        "select stream_id, sequence from flow_log_positions where zone = ?",
                        row -> new Position(row.getString(1), row.getLong(2)),
                        zone)
                .stream()
                .findFirst()
                .orElse(new Position("", 0));
    }

    void taken(EntityManager entities, String zone, Position position) {
        PlainSql.update(
                entities,
                "insert into flow_log_positions (zone, stream_id, sequence) values (?, ?, ?) on conflict (zone)"
                        + " do update set stream_id = excluded.stream_id, sequence = excluded.sequence",
                zone,
                position.streamId(),
                position.sequence());
    }

    /** Adds an object of a flow log; does nothing when that is gone. */
    void add(EntityManager entities, String flowLogId, LogFile file) {
        PlainSql.update(
                entities,
                "insert into flow_log_files (flow_log_id, object_key, content)"
                        + " select id, ?, ? from flow_logs where id = ? for key share",
                file.key(),
                file.content(),
                flowLogId);
    }

    /** Forgets the oldest of flow logs that have more than that; how many were forgotten. */
    int trim(EntityManager entities, int most) {
        return PlainSql.update(
                entities,
                "delete from flow_log_files where id in (select id from (select id,"
                        + " row_number() over (partition by flow_log_id order by id desc) as place"
                        + " from flow_log_files) f where place > ?)",
                most);
    }

    /** The flow logs of which an object waits. */
    List<String> flowLogs(EntityManager entities) {
        return PlainSql.query(
                entities,
                "select distinct flow_log_id from flow_log_files order by flow_log_id",
                row -> row.getString(1));
    }

    /** Objects of a flow log, the oldest first. */
    List<Waiting> of(EntityManager entities, String flowLogId) {
        return PlainSql.query(
                entities,
                "select f.id, l.account_id, l.log_destination, f.object_key from flow_log_files f"
                        + " join flow_logs l on l.id = f.flow_log_id where l.id = ? order by f.id",
                row -> new Waiting(row.getLong(1), row.getString(2), row.getString(3), row.getString(4)),
                flowLogId);
    }

    /** What is in an object; empty when it is gone with its flow log. */
    Optional<byte[]> content(EntityManager entities, long id) {
        return PlainSql.query(entities, "select content from flow_log_files where id = ?", row -> row.getBytes(1), id)
                .stream()
                .findFirst();
    }

    /** The object is where it should be. */
    void delivered(EntityManager entities, String flowLogId, long id) {
        PlainSql.update(entities, "delete from flow_log_files where id = ?", id);
        failed(entities, flowLogId, "");
    }

    /** Says why a flow log's objects cannot be delivered; empty: they can. */
    void failed(EntityManager entities, String flowLogId, String why) {
        PlainSql.update(
                entities,
                "update flow_logs set delivery_error = ? where id = ? and delivery_error <> ?",
                why,
                flowLogId,
                why);
    }

    /** Forgets the tags of flow logs that went with what they recorded. */
    void forgetTags(EntityManager entities) {
        PlainSql.update(
                entities,
                "delete from tag t where t.resource_type = 'vpc-flow-log'"
                        + " and not exists (select 1 from flow_logs f where f.id = t.resource_id)");
    }
}
