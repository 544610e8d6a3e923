package io.coppice.walrus.metadata;

import org.hibernate.StatelessSession;

/**
 * Counts what accounts have. The numbers are those of the moment: what others are just putting is not among them. Stateless;
 * every method runs inside the caller's transaction.
 */
public final class Usage {
    private Usage() {}

    /**
     * What a bucket or all buckets of an account hold.
     *
     * @param sizeBytes of objects, and of the parts of uploads that are not completed
     */
    public record Held(long objects, long sizeBytes) {}

    /** How many buckets an account has. */
    public static long buckets(StatelessSession session, String accountId) {
        var count = session.createNativeQuery("select count(*) from bucket where account_id = :account", Object[].class)
                .setParameter("account", accountId);
        return Column.of(count, Long.class).getFirst();
    }

    /** What is in all buckets of an account. */
    public static Held ofAccount(StatelessSession session, String accountId) {
        return held(session, "b.account_id = :owner", accountId);
    }

    /** What is in one bucket. */
    public static Held ofBucket(StatelessSession session, String bucket) {
        return held(session, "b.name = :owner", bucket);
    }

    private static Held held(StatelessSession session, String which, String owner) {
        var row = session.createNativeQuery(
                        "select (select count(*) from object o join bucket b using (bucket_id) where " + which + "),"
                                + " (select coalesce(sum(o.size_bytes), 0) from object o join bucket b using (bucket_id)"
                                + " where " + which + ") +"
                                + " (select coalesce(sum(p.size_bytes), 0) from part p join upload u using (upload_id)"
                                + " join bucket b using (bucket_id) where " + which + ")",
                        Object[].class)
                .setParameter("owner", owner)
                .getSingleResult();
        return new Held(((Number) row[0]).longValue(), ((Number) row[1]).longValue());
    }
}
