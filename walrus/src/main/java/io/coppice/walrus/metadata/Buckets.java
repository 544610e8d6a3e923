package io.coppice.walrus.metadata;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.hibernate.StatelessSession;

/** Makes, finds and removes buckets. Stateless; every method runs inside the caller's transaction. */
public final class Buckets {
    private final Clock clock;

    /** Takes its times from {@code clock}. */
    public Buckets(Clock clock) {
        this.clock = clock;
    }

    /** Makes a bucket; false when the name is taken, by whomever. */
    public boolean create(StatelessSession session, String name, BucketOwner owner, String region) {
        return session.createNativeMutationQuery(
                                "insert into bucket (name, account_id, canonical_id, owner_name, region, created_at)"
                                        + " values (:name, :account, :canonical, :owner, :region, :now)"
                                        + " on conflict (name) do nothing")
                        .setParameter("name", name)
                        .setParameter("account", owner.accountId())
                        .setParameter("canonical", owner.canonicalId())
                        .setParameter("owner", owner.displayName())
                        .setParameter("region", region)
                        .setParameter("now", clock.instant())
                        .executeUpdate()
                == 1;
    }

    /** Sets a document, or takes it away. */
    public void set(StatelessSession session, long bucketId, BucketSetting setting, Optional<String> document) {
        session.createNativeMutationQuery(
                        "update bucket set " + setting.column() + " = :document where bucket_id = :id")
                .setParameter("document", document.orElse(null), String.class)
                .setParameter("id", bucketId)
                .executeUpdate();
    }

    /** Changes how writes are kept; waits until those under way have ended. */
    public void setVersioning(StatelessSession session, long bucketId, Versioning versioning) {
        session.createNativeMutationQuery("update bucket set versioning = :word where bucket_id = :id")
                .setParameter("word", versioning.word())
                .setParameter("id", lock(session, bucketId))
                .executeUpdate();
    }

    /** From now on objects can be locked, and versions are kept. There is no way back. */
    public void enableObjectLock(StatelessSession session, long bucketId) {
        session.createNativeMutationQuery(
                        "update bucket set object_lock = true, versioning = 'Enabled' where bucket_id = :id")
                .setParameter("id", lock(session, bucketId))
                .executeUpdate();
    }

    private static long lock(StatelessSession session, long bucketId) {
        var held = session.createNativeQuery(
                        "select bucket_id from bucket where bucket_id = :id for update", Object[].class)
                .setParameter("id", bucketId);
        return Column.of(held, Long.class).getFirst();
    }

    /** The bucket of that name. */
    public Optional<BucketRow> find(StatelessSession session, String name) {
        return session.createSelectionQuery("from BucketRow where name = :name", BucketRow.class)
                .setParameter("name", name)
                .uniqueResultOptional();
    }

    /**
     * Keeps the bucket from being removed, and its versioning from being changed, until the transaction ends; empty when it
     * is gone already.
     */
    public Optional<Versioning> hold(StatelessSession session, long bucketId) {
        var query = session.createNativeQuery(
                        "select coalesce(versioning, '') from bucket where bucket_id = :id for key share",
                        Object[].class)
                .setParameter("id", bucketId);
        return Column.of(query, String.class).stream().findFirst().map(Versioning::of);
    }

    /** Buckets of an account by name, those after {@code after} that begin with {@code prefix}. */
    public List<BucketRow> list(StatelessSession session, String accountId, String prefix, String after, int limit) {
        return session.createSelectionQuery(
                        "from BucketRow where accountId = :account and name > :after"
                                + " and left(name, :length) = :prefix order by name",
                        BucketRow.class)
                .setParameter("account", accountId)
                .setParameter("after", after)
                .setParameter("length", prefix.length())
                .setParameter("prefix", prefix)
                .setMaxResults(limit)
                .getResultList();
    }

    /** Buckets that have lifecycle rules, those after {@code afterId}. */
    public List<BucketRow> withLifecycle(StatelessSession session, long afterId, int limit) {
        return session.createSelectionQuery(
                        "from BucketRow where lifecycle is not null and bucketId > :after order by bucketId",
                        BucketRow.class)
                .setParameter("after", afterId)
                .setMaxResults(limit)
                .getResultList();
    }

    /** Removes a bucket and gives up uploads that were never completed; false when it holds objects. */
    public boolean delete(StatelessSession session, Uploads uploads, BucketRow bucket) {
        session.createNativeQuery("select bucket_id from bucket where bucket_id = :id for update", Object[].class)
                .setParameter("id", bucket.bucketId())
                .getResultList();
        var holdsObjects = !session.createNativeQuery(
                        "select object_id from object where bucket_id = :id limit 1", Object[].class)
                .setParameter("id", bucket.bucketId())
                .getResultList()
                .isEmpty();
        if (holdsObjects) {
            return false;
        }
        uploads.abandonAll(session, bucket.bucketId());
        session.createNativeMutationQuery("delete from bucket where bucket_id = :id")
                .setParameter("id", bucket.bucketId())
                .executeUpdate();
        return true;
    }
}
