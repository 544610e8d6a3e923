package io.coppice.walrus.lifecycle;

import io.coppice.walrus.metadata.Blobs;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.Buckets;
import io.coppice.walrus.metadata.KeyRange;
import io.coppice.walrus.metadata.ObjectRow;
import io.coppice.walrus.metadata.Objects;
import io.coppice.walrus.metadata.Transactions;
import io.coppice.walrus.metadata.UploadRow;
import io.coppice.walrus.metadata.Uploads;
import io.coppice.walrus.metadata.Versioning;
import io.coppice.walrus.metadata.Versions;
import io.coppice.walrus.notification.Announcements;
import io.coppice.walrus.notification.EventKind;
import io.coppice.walrus.notification.ObjectEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hibernate.StatelessSession;

/**
 * Carries out the rules of all buckets: walks the versions of each bucket that has rules, in batches of one transaction each,
 * and asks again of every version, once its key is held, whether it still has to go. Takes no input: signal or timer, it
 * looks at everything. Not thread-safe.
 */
public final class LifecycleRun {
    private static final int BATCH = 500;

    private final Transactions transactions;
    private final Clock clock;
    private final Buckets buckets;
    private final Objects objects;
    private final Versions versions;
    private final Uploads uploads;
    private final Announcements announcements;
    private final Duration day;

    /**
     * Works on the metadata that these keep.
     *
     * @param day how long a day lasts, which tests make short
     */
    public LifecycleRun(
            Transactions transactions, Clock clock, Blobs blobs, Announcements announcements, Duration day) {
        this.transactions = transactions;
        this.clock = clock;
        this.buckets = new Buckets(clock);
        this.objects = new Objects(clock, blobs);
        this.versions = new Versions(clock, objects);
        this.uploads = new Uploads(clock, blobs);
        this.announcements = announcements;
        this.day = day;
    }

    /** Runs once, and tells how many versions, markers and uploads went. */
    public int run() {
        var removed = 0;
        for (var after = 0L; ; ) {
            var from = after;
            var found = transactions.call(session -> buckets.withLifecycle(session, from, BATCH));
            for (var bucket : found) {
                var rules = LifecycleDocuments.of(bucket).stream()
                        .filter(LifecycleRule::enabled)
                        .toList();
                removed += expire(bucket, rules) + abort(bucket, rules);
            }
            if (found.size() < BATCH) {
                return removed;
            }
            after = found.getLast().bucketId();
        }
    }

    /** Days end at midnight, also short ones. */
    static Instant roundUp(Instant time, Duration day) {
        if (day.compareTo(Duration.ofDays(1)) < 0) {
            return time;
        }
        var seconds = day.toSeconds();
        return Instant.ofEpochSecond(Math.ceilDiv(time.getEpochSecond(), seconds) * seconds);
    }

    /** Where a walk stands: after this version of this key. */
    private record Place(String key, Optional<Long> id) {}

    private int expire(BucketRow bucket, List<LifecycleRule> rules) {
        var removed = 0;
        var place = new Place("", Optional.empty());
        var newer = Optional.<ObjectRow>empty();
        var noncurrent = 0;
        while (true) {
            var range = new KeyRange(place.key(), true, Optional.empty());
            var from = place.id();
            var batch = transactions.call(session -> versions.list(session, bucket.bucketId(), range, from, BATCH));
            var due = new ArrayList<ObjectRow>();
            for (var each : batch) {
                var before = newer.filter(row -> row.key().equals(each.key()));
                noncurrent = before.isEmpty() || each.latest() ? 0 : noncurrent + 1;
                if (isDue(each, before, noncurrent, rules)) {
                    due.add(each);
                }
                newer = Optional.of(each);
            }
            removed += due.isEmpty() ? 0 : carryOut(bucket, due);
            if (batch.size() < BATCH) {
                return removed;
            }
            place = new Place(batch.getLast().key(), Optional.of(batch.getLast().objectId()));
        }
    }

    private boolean isDue(ObjectRow version, Optional<ObjectRow> newer, int noncurrent, List<LifecycleRule> rules) {
        var now = clock.instant();
        if (version.latest()) {
            return version.deleteMarker()
                    ? rules.stream()
                            .anyMatch(rule -> rule.filter().accepts(version) && expiresMarker(rule, version, now))
                    : rules.stream()
                            .flatMap(rule -> rule.expiryOf(version, day).stream())
                            .anyMatch(at -> !at.isAfter(now));
        }
        return rules.stream()
                .anyMatch(rule -> rule.filter().accepts(version)
                        && rule.noncurrent()
                                .filter(limits -> noncurrent > limits.kept())
                                .filter(limits -> newer.isPresent()
                                        && !roundUp(newer.get().modifiedAt().plus(day.multipliedBy(limits.days())), day)
                                                .isAfter(now))
                                .isPresent());
    }

    private boolean expiresMarker(LifecycleRule rule, ObjectRow marker, Instant now) {
        return rule.expiresLoneMarkers()
                || rule.expiration()
                        .filter(LifecycleRule.Moment.Days.class::isInstance)
                        .flatMap(any -> rule.expiryOf(marker, day))
                        .filter(at -> !at.isAfter(now))
                        .isPresent();
    }

    private int carryOut(BucketRow bucket, List<ObjectRow> due) {
        return transactions.call(session -> {
            var versioning = buckets.hold(session, bucket.bucketId());
            if (versioning.isEmpty()) {
                return 0;
            }
            versions.holdKeys(
                    session,
                    bucket.bucketId(),
                    due.stream().map(ObjectRow::key).distinct().toList());
            var present = versions.find(
                    session,
                    bucket.bucketId(),
                    due.stream()
                            .map(each -> new Versions.Name(each.key(), each.versionId()))
                            .toList());
            var removed = 0;
            for (var now : present) {
                var same = due.stream()
                        .anyMatch(each -> each.objectId() == now.objectId()
                                && each.modifiedAt().equals(now.modifiedAt())
                                && each.latest() == now.latest());
                if (same && carryOut(session, bucket, versioning.get(), now)) {
                    removed++;
                }
            }
            return removed;
        });
    }

    private boolean carryOut(StatelessSession session, BucketRow bucket, Versioning versioning, ObjectRow version) {
        if (version.latest() && !version.deleteMarker()) {
            if (versioning == Versioning.OFF) {
                objects.delete(session, bucket.bucketId(), List.of(version.key()));
            } else {
                var marker = versions.mark(session, bucket.bucketId(), version.key(), bucket.owner(), versioning);
                tell(session, bucket, EventKind.EXPIRE_BY_MARKER, version.key(), marker.versionId());
                return true;
            }
            tell(session, bucket, EventKind.EXPIRE, version.key(), "");
            return true;
        }
        if (version.latest() && hidesAnything(session, bucket, version)) {
            return false;
        }
        if (version.traits().lock().keeps(clock.instant(), false)) {
            return false;
        }
        versions.remove(session, bucket.bucketId(), List.of(version));
        tell(session, bucket, EventKind.EXPIRE, version.key(), version.versionId());
        return true;
    }

    private void tell(StatelessSession session, BucketRow bucket, EventKind kind, String key, String versionId) {
        announcements.tell(
                session, bucket, new ObjectEvent(kind, key, versionId, Optional.empty(), ObjectEvent.Origin.LIFECYCLE));
    }

    private boolean hidesAnything(StatelessSession session, BucketRow bucket, ObjectRow marker) {
        var range = new KeyRange(marker.key(), true, Optional.empty());
        return versions.list(session, bucket.bucketId(), range, Optional.of(marker.objectId()), 1).stream()
                .anyMatch(each -> each.key().equals(marker.key()));
    }

    private int abort(BucketRow bucket, List<LifecycleRule> rules) {
        var aborting =
                rules.stream().filter(rule -> rule.abortAfterDays().isPresent()).toList();
        var removed = 0;
        var place = new KeyRange("", true, Optional.empty());
        var afterId = "";
        while (!aborting.isEmpty()) {
            var range = place;
            var id = afterId;
            var batch = transactions.call(session -> uploads.list(session, bucket.bucketId(), range, id, BATCH));
            for (var upload : batch) {
                if (aborting.stream().anyMatch(rule -> isDue(rule, upload))) {
                    removed += transactions.call(session -> {
                        if (!uploads.hold(session, upload.uploadId(), true)) {
                            return 0;
                        }
                        uploads.end(session, upload.uploadId(), List.of());
                        return 1;
                    });
                }
            }
            if (batch.size() < BATCH) {
                break;
            }
            place = new KeyRange(batch.getLast().key(), true, Optional.empty());
            afterId = batch.getLast().uploadId();
        }
        return removed;
    }

    private boolean isDue(LifecycleRule rule, UploadRow upload) {
        return upload.key().startsWith(rule.filter().prefix())
                && rule.abortAfterDays()
                        .map(days -> roundUp(upload.initiatedAt().plus(day.multipliedBy(days)), day))
                        .filter(at -> !at.isAfter(clock.instant()))
                        .isPresent();
    }
}
