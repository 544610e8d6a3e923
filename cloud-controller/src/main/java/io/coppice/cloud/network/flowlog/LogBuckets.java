package io.coppice.cloud.network.flowlog;

/** The buckets that logs are delivered to. Remote. Thread-safe. */
interface LogBuckets {
    /** Puts an object into a bucket of the account's; throws {@link NotDelivered}. */
    void put(String accountId, String bucket, String key, byte[] content) throws NotDelivered;

    /** The object is not there. */
    final class NotDelivered extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean refused;

        NotDelivered(boolean refused, String why, Throwable cause) {
            super(why, cause);
            this.refused = refused;
        }

        /** Whether that is due to the bucket: it is not there, or not the account's. */
        boolean refused() {
            return refused;
        }
    }
}
