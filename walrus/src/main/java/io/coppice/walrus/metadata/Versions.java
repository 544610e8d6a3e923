package io.coppice.walrus.metadata;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.hibernate.StatelessSession;

/**
 * Keeps the versions of keys. Whoever writes one holds its key until the transaction ends, so that exactly one version of a
 * key is the newest. Stateless; every method runs inside the caller's transaction.
 */
public final class Versions {
    private static final int ID_BYTES = 24;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Clock clock;
    private final Objects objects;

    /** Takes its times from {@code clock}. */
    public Versions(Clock clock, Objects objects) {
        this.clock = clock;
        this.objects = objects;
    }

    /** What a write made. */
    public record Written(String versionId, Instant modifiedAt) {}

    /** A version of a key. */
    public record Name(String key, String versionId) {}

    /** Keeps others from writing these keys until the transaction ends. */
    public void holdKeys(StatelessSession session, long bucketId, Collection<String> keys) {
        session.createNativeQuery(
                        "select count(pg_advisory_xact_lock(hashtextextended(each, :bucket)))"
                                + " from (select unnest(cast(:keys as text[])) as each order by 1) as held",
                        Object[].class)
                .setParameter("bucket", bucketId)
                .setParameter("keys", keys.toArray(String[]::new), String[].class)
                .getResultList();
    }

    /** A version by its id, also a delete marker. */
    public Optional<ObjectRow> find(StatelessSession session, long bucketId, Name name) {
        return session.createSelectionQuery(
                        "from ObjectRow where bucketId = :bucket and key = :key and versionId = :version",
                        ObjectRow.class)
                .setParameter("bucket", bucketId)
                .setParameter("key", name.key())
                .setParameter("version", name.versionId())
                .uniqueResultOptional();
    }

    /** As {@link #find}, and nobody removes it until the transaction ends. */
    public Optional<ObjectRow> findAndHold(StatelessSession session, long bucketId, Name name) {
        session.createNativeQuery(
                        "select object_id from object where bucket_id = :bucket and object_key = :key"
                                + " and version_id = :version for share",
                        Object[].class)
                .setParameter("bucket", bucketId)
                .setParameter("key", name.key())
                .setParameter("version", name.versionId())
                .getResultList();
        return find(session, bucketId, name);
    }

    /** The delete marker that is the newest version of a key. */
    public Optional<ObjectRow> marker(StatelessSession session, long bucketId, String key) {
        return session.createSelectionQuery(
                        "from ObjectRow where bucketId = :bucket and key = :key and latest and deleteMarker",
                        ObjectRow.class)
                .setParameter("bucket", bucketId)
                .setParameter("key", key)
                .uniqueResultOptional();
    }

    /** Makes an object the newest version of its key, which the caller holds. */
    public Written put(StatelessSession session, long bucketId, String key, NewObject object, Versioning versioning) {
        var now = clock.instant();
        var versionId = supersede(session, bucketId, key, versioning);
        var id = Objects.insert(session, bucketId, key, versionId, object, now, "")
                .orElseThrow();
        objects.addSegments(session, id, object.segments());
        return new Written(versionId, now);
    }

    /** Puts a delete marker on a key that the caller holds. */
    public Written mark(StatelessSession session, long bucketId, String key, BucketOwner owner, Versioning versioning) {
        var now = clock.instant();
        var versionId = supersede(session, bucketId, key, versioning);
        var insert = session.createNativeMutationQuery("insert into object (bucket_id, object_key, version_id,"
                + " delete_marker, size_bytes, etag, headers, part_count, modified_at, " + TraitsColumns.NAMES
                + ") values (:bucket, :key, :version, true, 0, '', '', 0, :now, " + TraitsColumns.PARAMETERS + ")");
        TraitsColumns.bind(insert, ObjectTraits.of(owner));
        insert.setParameter("bucket", bucketId)
                .setParameter("key", key)
                .setParameter("version", versionId)
                .setParameter("now", now)
                .executeUpdate();
        return new Written(versionId, now);
    }

    /** Those of these versions that are there. */
    public List<ObjectRow> find(StatelessSession session, long bucketId, Collection<Name> names) {
        var found = session.createNativeQuery(
                        "select object_id from object join unnest(cast(:keys as text[]), cast(:versions as text[]))"
                                + " as wanted (k, v) on object_key = k and version_id = v where bucket_id = :bucket",
                        Object[].class)
                .setParameter("keys", names.stream().map(Name::key).toArray(String[]::new), String[].class)
                .setParameter("versions", names.stream().map(Name::versionId).toArray(String[]::new), String[].class)
                .setParameter("bucket", bucketId);
        var ids = Column.of(found, Long.class);
        return ids.isEmpty()
                ? List.of()
                : session.createSelectionQuery("from ObjectRow where objectId in (:ids)", ObjectRow.class)
                        .setParameterList("ids", ids)
                        .getResultList();
    }

    /** Removes versions with their bytes; their keys are held. What is then the newest of each key becomes so. */
    public void remove(StatelessSession session, long bucketId, Collection<ObjectRow> versions) {
        if (versions.isEmpty()) {
            return;
        }
        objects.remove(session, versions.stream().map(ObjectRow::objectId).toList());
        var bared = versions.stream()
                .filter(ObjectRow::latest)
                .map(ObjectRow::key)
                .distinct()
                .toArray(String[]::new);
        if (bared.length > 0) {
            session.createNativeMutationQuery("update object set is_latest = true where object_id in"
                            + " (select max(object_id) from object where bucket_id = :bucket"
                            + " and object_key = any(cast(:keys as text[])) group by object_key)")
                    .setParameter("bucket", bucketId)
                    .setParameter("keys", bared, String[].class)
                    .executeUpdate();
        }
    }

    /**
     * Versions by key, the newest of a key first; delete markers among them.
     *
     * @param afterId of the versions of {@code range.from()} only those with a lesser object id; empty: as the range says
     */
    public List<ObjectRow> list(
            StatelessSession session, long bucketId, KeyRange range, Optional<Long> afterId, int limit) {
        var from = afterId.isPresent()
                ? "key >= :from and (key > :from or objectId < :after)"
                : "key " + (range.fromInclusive() ? ">=" : ">") + " :from";
        var query = session.createSelectionQuery(
                        "from ObjectRow where bucketId = :bucket and " + from
                                + (range.until().isPresent() ? " and key < :until" : "")
                                + " order by key, objectId desc",
                        ObjectRow.class)
                .setParameter("bucket", bucketId)
                .setParameter("from", range.from())
                .setMaxResults(limit);
        afterId.ifPresent(id -> query.setParameter("after", id));
        range.until().ifPresent(until -> query.setParameter("until", until));
        return query.getResultList();
    }

    /** Changes what is kept beside the bytes of a version. */
    public void change(StatelessSession session, long objectId, ObjectTraits traits) {
        var update = session.createNativeMutationQuery("update object set (" + TraitsColumns.NAMES + ") = ("
                + TraitsColumns.PARAMETERS + ") where object_id = :id");
        TraitsColumns.bind(update, traits);
        update.setParameter("id", objectId).executeUpdate();
    }

    /** Nothing is the newest of that key any more, and where versions are suspended its version "null" is gone. */
    private String supersede(StatelessSession session, long bucketId, String key, Versioning versioning) {
        var suspended = versioning != Versioning.ENABLED;
        if (suspended) {
            find(session, bucketId, new Name(key, Objects.NULL_VERSION))
                    .ifPresent(old -> objects.remove(session, List.of(old.objectId())));
        }
        for (var marked : List.of("", "not ")) {
            session.createNativeMutationQuery("update object set is_latest = false where bucket_id = :bucket"
                            + " and object_key = :key and is_latest and " + marked + "delete_marker")
                    .setParameter("bucket", bucketId)
                    .setParameter("key", key)
                    .executeUpdate();
        }
        return suspended ? Objects.NULL_VERSION : newId();
    }

    private static String newId() {
        var random = new byte[ID_BYTES];
        RANDOM.nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }
}
