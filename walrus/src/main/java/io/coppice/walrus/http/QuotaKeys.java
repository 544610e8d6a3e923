package io.coppice.walrus.http;

import io.coppice.walrus.access.S3Operation;
import io.coppice.walrus.identity.Principal;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.ObjectRow;
import io.coppice.walrus.metadata.Usage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hibernate.StatelessSession;

/**
 * Condition keys that tell how much an account or a bucket would have if a request were carried out, as Eucalyptus had them:
 * {@code s3:quota-bucketnumber}, {@code s3:quota-bucketobjectnumber}, and in MiB, rounded up, {@code s3:quota-bucketsize} and
 * {@code s3:quota-buckettotalsize}. Counted only where a policy reads one; requests at the same moment do not see each other.
 * Thread-safe.
 */
final class QuotaKeys {
    /** What all of them begin with. */
    static final String PREFIX = "s3:quota-";

    private static final long MIB = 1024 * 1024;

    private final Store store;

    QuotaKeys(Store store) {
        this.store = store;
    }

    /** Values by key; none for operations that make nothing. */
    Map<String, List<String>> of(S3Operation operation, S3Request request, Principal caller) {
        return switch (operation) {
            case CREATE_BUCKET -> bucket(caller);
            case PUT_OBJECT, UPLOAD_PART, CREATE_MULTIPART_UPLOAD, COMPLETE_MULTIPART_UPLOAD ->
                store.transactions().call(session -> object(session, operation, request));
            default -> Map.of();
        };
    }

    private Map<String, List<String>> bucket(Principal caller) {
        var present = store.transactions().call(session -> Usage.buckets(session, caller.accountId()));
        return Map.of(PREFIX + "bucketnumber", List.of(Long.toString(present + 1)));
    }

    private Map<String, List<String>> object(StatelessSession session, S3Operation operation, S3Request request) {
        var bucket = store.buckets().find(session, request.bucket());
        if (bucket.isEmpty()) {
            return Map.of();
        }
        var replaced = store.objects().find(session, bucket.get().bucketId(), request.key());
        var inBucket = Usage.ofBucket(session, request.bucket());
        var inAll = Usage.ofAccount(session, bucket.get().accountId());
        var more = added(session, operation, request, replaced);
        var keys = new HashMap<String, List<String>>();
        keys.put(
                PREFIX + "bucketobjectnumber",
                List.of(Long.toString(inBucket.objects() + (replaced.isPresent() ? 0 : 1))));
        keys.put(PREFIX + "bucketsize", List.of(mib(inBucket.sizeBytes() + more)));
        keys.put(PREFIX + "buckettotalsize", List.of(mib(inAll.sizeBytes() + more)));
        return keys;
    }

    /** Bytes that come to those that are there; what a put replaces goes. */
    private long added(
            StatelessSession session, S3Operation operation, S3Request request, Optional<ObjectRow> replaced) {
        var coming = request.header("x-amz-copy-source").isPresent()
                ? source(session, request)
                : request.header("x-amz-decoded-content-length")
                        .or(() -> request.header("content-length"))
                        .map(QuotaKeys::number)
                        .orElse(0L);
        return switch (operation) {
            case PUT_OBJECT -> coming - replaced.map(ObjectRow::sizeBytes).orElse(0L);
            case UPLOAD_PART -> coming;
            default -> 0;
        };
    }

    /** The whole of what is copied, also where a part of it is. */
    private long source(StatelessSession session, S3Request request) {
        var source = CopySource.of(request);
        return store.buckets()
                .find(session, source.bucket())
                .map(BucketRow::bucketId)
                .flatMap(id -> store.objects().find(session, id, source.key()))
                .map(ObjectRow::sizeBytes)
                .orElse(0L);
    }

    /** A length that is none is refused where the body is read. */
    private static long number(String text) {
        try {
            return Math.max(0, Long.parseLong(text));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static String mib(long bytes) {
        return Long.toString(Math.ceilDiv(Math.max(0, bytes), MIB));
    }
}
