package io.coppice.walrus.metadata;

import io.coppice.walrus.blob.StoredBlob;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The short way to objects whose keys have one version: each method is one statement that commits by itself, and those that
 * come at the same time go together ({@link Gathering}). Whatever needs more (versions, blobs to release, conditions, reasons
 * for a refusal) is left to {@link Objects} and {@link Versions}, and an empty answer says that it needs that. One for each
 * database. Thread-safe.
 */
public final class PlainObjects {
    /**
     * Nothing is written where versions are kept, nor over an object whose bytes lie in blobs. That the bucket is there
     * when this commits is what the foreign key is for.
     */
    private static final String PUT = "insert into object (bucket_id, object_key, size_bytes, etag, headers,"
            + " checksum_algorithm, checksum_type, checksum_value, part_count, modified_at, content, content_nonce, "
            + TraitsColumns.NAMES + ") select bucket_id, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
            + " from bucket where bucket_id = ? and versioning is null"
            + " on conflict (bucket_id, object_key, version_id) do update set size_bytes = excluded.size_bytes,"
            + " etag = excluded.etag, headers = excluded.headers, checksum_algorithm = excluded.checksum_algorithm,"
            + " checksum_type = excluded.checksum_type, checksum_value = excluded.checksum_value, part_count = 0,"
            + " modified_at = excluded.modified_at, upload_id = null, content = excluded.content,"
            + " content_nonce = excluded.content_nonce, " + TraitsColumns.FROM_EXCLUDED
            + " where object.content is not null";

    /**
     * The same for an object whose bytes lie in a blob, of a key that has no object yet: otherwise there would be a blob to
     * release.
     */
    private static final String PUT_BLOB = "with added as (insert into object (bucket_id, object_key, size_bytes, etag,"
            + " headers, checksum_algorithm, checksum_type, checksum_value, part_count, modified_at, "
            + TraitsColumns.NAMES + ") select bucket_id, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
            + " from bucket where bucket_id = ? and versioning is null"
            + " on conflict (bucket_id, object_key, version_id) do nothing returning object_id),"
            + " kept as (insert into blob (blob_id, size_bytes, crc32c, reference_count, created_at)"
            + " select ?, ?, ?, 1, ? from added)"
            + " insert into segment (object_id, position, part_number, blob_id, size_bytes, nonce)"
            + " select object_id, 0, ?, ?, ?, ? from added";

    private static final String DELETE = "delete from object where bucket_id = ? and object_key = ?"
            + " and version_id = 'null' and content is not null"
            + " and exists (select from bucket where bucket_id = ? and versioning is null)";

    private static final int MOST_TOGETHER = 32;
    /** The database works in parallel; more rounds at a time than it has processors would only make them smaller. */
    private static final int LEADERS = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 8);

    private final Clock clock;
    private final PlainLists lists;
    private final Gathering<PlainReads.Asked, Optional<Found>> reads;
    private final Gathering<PlainWrites.Change, Boolean> puts;
    private final Gathering<PlainWrites.Change, Boolean> blobPuts;
    private final Gathering<PlainWrites.Change, Boolean> deletions;

    /** Takes its times from {@code clock}. */
    public PlainObjects(Transactions transactions, Clock clock) {
        this.clock = clock;
        this.lists = new PlainLists(transactions);
        this.reads = together(new PlainReads(transactions)::find);
        this.puts = together(new PlainWrites(transactions, PUT)::carryOut);
        this.blobPuts = together(new PlainWrites(transactions, PUT_BLOB)::carryOut);
        this.deletions = together(new PlainWrites(transactions, DELETE)::carryOut);
    }

    /**
     * An object that was found.
     *
     * @param segments its bytes in order; those that lie in its row have no content when that was not asked for
     */
    public record Found(ObjectRow object, List<Segment> segments) {
        public Found {
            segments = List.copyOf(segments);
        }
    }

    /** The newest object of that key; empty also when that is a delete marker. */
    public Optional<Found> find(long bucketId, String key, boolean withContent) {
        return reads.ask(new PlainReads.Asked(bucketId, key, withContent));
    }

    /**
     * The newest objects of the keys in {@code range}, in the order of their keys' UTF-8 bytes; at most {@code limit}. Of
     * versions too.
     */
    public List<ListedObject> list(long bucketId, KeyRange range, int limit) {
        return lists.list(bucketId, range, limit);
    }

    /** Puts an object whose bytes lie in its row; empty, and nothing done, where that takes more than one statement. */
    public Optional<Instant> put(long bucketId, String key, NewObject object) {
        var now = clock.instant();
        var whole = object.inRow().orElseThrow();
        var put = puts.ask(new PlainWrites.Change(bucketId, key, next -> {
            next.description(key, object, now);
            next.bytes(whole.content().orElseThrow());
            next.text(whole.nonce().orElse(null));
            next.traits(object.traits());
            next.number(bucketId);
        }));
        return put ? Optional.of(now) : Optional.empty();
    }

    /** Puts a new object whose bytes lie in {@code blob}; empty, and nothing done, where that takes more than this. */
    public Optional<Instant> put(long bucketId, String key, NewObject object, StoredBlob blob) {
        var now = clock.instant();
        var whole = object.segments().getFirst();
        var put = blobPuts.ask(new PlainWrites.Change(bucketId, key, next -> {
            next.description(key, object, now);
            next.traits(object.traits());
            next.number(bucketId);
            next.id(blob.id());
            next.number(blob.sizeBytes());
            next.number(blob.crc32c());
            next.time(now);
            next.number(whole.partNumber());
            next.id(blob.id());
            next.number(whole.sizeBytes());
            next.text(whole.nonce().orElse(null));
        }));
        return put ? Optional.of(now) : Optional.empty();
    }

    /** Removes an object whose bytes lie in its row; false, and nothing done, where there is no such one. */
    public boolean delete(long bucketId, String key) {
        return deletions.ask(new PlainWrites.Change(bucketId, key, next -> {
            next.number(bucketId);
            next.text(key);
            next.number(bucketId);
        }));
    }

    private static <Q, A> Gathering<Q, A> together(Gathering.Work<Q, A> work) {
        return new Gathering<>(work, LEADERS, MOST_TOGETHER);
    }
}
