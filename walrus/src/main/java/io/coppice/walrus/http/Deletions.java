package io.coppice.walrus.http;

import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.ObjectRow;
import io.coppice.walrus.metadata.Objects;
import io.coppice.walrus.metadata.Versioning;
import io.coppice.walrus.metadata.Versions;
import io.coppice.walrus.notification.Announcements;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import io.coppice.walrus.protocol.XmlWriter;
import io.coppice.wire.error.AwsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hibernate.StatelessSession;

/** DeleteObject and DeleteObjects: versions go, newest ones get delete markers where versions are kept. Thread-safe. */
final class Deletions {
    private static final int MAX_BODY_BYTES = 4 * 1024 * 1024;
    private static final int MAX_DELETES = 1000;
    private static final String BYPASS = "x-amz-bypass-governance-retention";

    private final Store store;
    private final Authorization authorization;
    private final ObjectWrites writes;
    private final Happenings happenings;

    Deletions(Store store, Authorization authorization, ObjectWrites writes, Happenings happenings) {
        this.store = store;
        this.authorization = authorization;
        this.writes = writes;
        this.happenings = happenings;
    }

    /**
     * One object that is to be deleted.
     *
     * @param name with an empty version id when the newest is meant
     * @param etag what its ETag must be; empty when it may be any
     */
    private record Wish(Versions.Name name, Optional<String> etag) {
        String key() {
            return name.key();
        }

        boolean ofVersion() {
            return !name.versionId().isEmpty();
        }
    }

    /**
     * What was done.
     *
     * @param marker whether a delete marker was made or removed
     * @param versionId of that marker or of the version that went; empty where nothing is versioned
     */
    private record Done(boolean marker, String versionId) {}

    void delete(S3Exchange exchange) {
        var request = exchange.request();
        var versionId = request.parameter("versionId");
        versionId.ifPresent(ObjectFinder::checkVersionId);
        if (versionId.isEmpty() && wasShort(exchange)) {
            exchange.noContent();
            return;
        }
        var wish = new Wish(new Versions.Name(request.key(), versionId.orElse("")), Optional.empty());
        var failures = new HashMap<Versions.Name, AwsException>();
        var done = store.transactions().call(session -> {
            var versioning = hold(session, exchange.bucket(), List.of(wish));
            writes.checkMatch(exchange, session, request.key(), true);
            var all = carryOut(exchange, session, versioning, List.of(wish), failures);
            failures.values().forEach(failure -> {
                throw failure;
            });
            return Optional.ofNullable(all.get(wish.name()));
        });
        done.filter(each -> !each.versionId().isEmpty()).ifPresent(each -> {
            exchange.header("x-amz-version-id", each.versionId());
            if (each.marker()) {
                exchange.header("x-amz-delete-marker", true);
            }
        });
        exchange.noContent();
    }

    /** Whether it was a small object in a bucket that keeps no versions, and is gone. */
    private boolean wasShort(S3Exchange exchange) {
        return ObjectWrites.isPlain(exchange)
                && store.plainObjects()
                        .delete(exchange.bucket().bucketId(), exchange.request().key());
    }

    void deleteMany(S3Exchange exchange) throws IOException {
        var bucket = exchange.bucket();
        var document = XmlElement.parse(exchange.incoming().read(MAX_BODY_BYTES), "Delete");
        var objects = document.all("Object");
        if (objects.isEmpty() || objects.size() > MAX_DELETES) {
            throw S3Errors.malformedXml();
        }
        var wishes = objects.stream().map(Deletions::wish).toList();
        var names = wishes.stream().map(Wish::name).toList();
        var failures = new HashMap<Versions.Name, AwsException>();
        authorization
                .undeletable(exchange.request(), exchange.caller(), bucket, names)
                .forEach((name, reason) -> failures.put(name, S3Errors.accessDenied(reason)));
        var done = store.transactions().call(session -> {
            var versioning = hold(session, bucket, wishes);
            for (var wish : wishes) {
                if (isChanged(session, bucket.bucketId(), wish)) {
                    failures.put(wish.name(), S3Errors.preconditionFailed());
                }
            }
            var left = wishes.stream()
                    .filter(wish -> !failures.containsKey(wish.name()))
                    .toList();
            return carryOut(exchange, session, versioning, left, failures);
        });
        var quiet = document.value("Quiet").orElse("false").equals("true");
        exchange.xml(answer(wishes, done, failures, quiet));
    }

    private Versioning hold(StatelessSession session, BucketRow bucket, List<Wish> wishes) {
        var versioning = store.buckets().hold(session, bucket.bucketId()).orElseThrow(S3Errors::noSuchBucket);
        if (versioning != Versioning.OFF) {
            var keys = wishes.stream().map(Wish::key).distinct().toList();
            store.versions().holdKeys(session, bucket.bucketId(), keys);
        }
        return versioning;
    }

    private Map<Versions.Name, Done> carryOut(
            S3Exchange exchange,
            StatelessSession session,
            Versioning versioning,
            List<Wish> wishes,
            Map<Versions.Name, AwsException> failures) {
        var bucketId = exchange.bucket().bucketId();
        var done = new HashMap<Versions.Name, Done>();
        if (versioning == Versioning.OFF) {
            // There is the one version only, so others are gone already.
            var keys = wishes.stream()
                    .filter(wish -> !wish.ofVersion() || wish.name().versionId().equals("null"))
                    .map(Wish::key)
                    .sorted()
                    .distinct()
                    .toList();
            if (!keys.isEmpty()) {
                tellRemoved(exchange, session, keys);
                store.objects().delete(session, bucketId, keys);
            }
            wishes.forEach(
                    wish -> done.put(wish.name(), new Done(false, wish.name().versionId())));
            return done;
        }
        var byVersion = wishes.stream().filter(Wish::ofVersion).map(Wish::name).toList();
        var rows = byVersion.isEmpty()
                ? Map.<Versions.Name, ObjectRow>of()
                : store.versions().find(session, bucketId, byVersion).stream()
                        .collect(Collectors.toMap(
                                row -> new Versions.Name(row.key(), row.versionId()), Function.identity()));
        var removable = removable(exchange, rows, failures);
        store.versions().remove(session, bucketId, removable);
        removable.forEach(row -> happenings.removed(session, exchange, new Versions.Name(row.key(), row.versionId())));
        for (var name : byVersion) {
            var row = rows.get(name);
            done.put(name, new Done(row != null && row.deleteMarker(), name.versionId()));
        }
        var marked = new HashSet<String>();
        for (var wish : wishes) {
            if (!wish.ofVersion() && marked.add(wish.key())) {
                var marker = store.versions()
                        .mark(session, bucketId, wish.key(), exchange.caller().asOwner(), versioning);
                happenings.hidden(session, exchange, new Versions.Name(wish.key(), marker.versionId()));
                done.put(wish.name(), new Done(true, marker.versionId()));
            }
        }
        return done;
    }

    /** Of what is not versioned those are told that were there. */
    private void tellRemoved(S3Exchange exchange, StatelessSession session, List<String> keys) {
        if (Announcements.wanted(exchange.bucket())) {
            var names = keys.stream()
                    .map(key -> new Versions.Name(key, Objects.NULL_VERSION))
                    .toList();
            store.versions()
                    .find(session, exchange.bucket().bucketId(), names)
                    .forEach(row ->
                            happenings.removed(session, exchange, new Versions.Name(row.key(), row.versionId())));
        }
    }

    private List<ObjectRow> removable(
            S3Exchange exchange, Map<Versions.Name, ObjectRow> rows, Map<Versions.Name, AwsException> failures) {
        var wantsBypass = exchange.request()
                .header(BYPASS)
                .filter("true"::equalsIgnoreCase)
                .isPresent();
        var now = store.clock().instant();
        var removable = new ArrayList<ObjectRow>();
        rows.forEach((name, row) -> {
            var bypass = wantsBypass
                    && authorization.mayBypassGovernance(
                            exchange.request(), exchange.caller(), exchange.bucket(), row.key());
            if (row.traits().lock().keeps(now, bypass)) {
                failures.put(name, S3Errors.locked());
            } else {
                removable.add(row);
            }
        });
        return removable;
    }

    /** Throws before anything is deleted when a condition is asked for that is not kept here. */
    private static Wish wish(XmlElement object) {
        if (object.value("LastModifiedTime").isPresent() || object.value("Size").isPresent()) {
            // As in S3 itself, where only directory buckets know these two.
            throw S3Errors.notImplemented("Deleting by LastModifiedTime or Size");
        }
        var key = object.value("Key").orElseThrow(S3Errors::malformedXml);
        var versionId = object.value("VersionId").orElse("");
        return new Wish(new Versions.Name(key, versionId), object.value("ETag"));
    }

    private boolean isChanged(StatelessSession session, long bucketId, Wish wish) {
        return wish.etag().isPresent()
                && store.objects()
                        .findForUpdate(session, bucketId, wish.key())
                        .filter(present -> !Conditions.matches(wish.etag().get(), present.etag()))
                        .isPresent();
    }

    private static XmlWriter answer(
            List<Wish> wishes,
            Map<Versions.Name, Done> done,
            Map<Versions.Name, AwsException> failures,
            boolean quiet) {
        var answer = XmlWriter.document("DeleteResult");
        for (var wish : wishes) {
            var failure = failures.get(wish.name());
            var outcome = done.get(wish.name());
            if (failure != null) {
                answer.open("Error").element("Key", wish.key());
                if (wish.ofVersion()) {
                    answer.element("VersionId", wish.name().versionId());
                }
                answer.element("Code", failure.code())
                        .element("Message", String.valueOf(failure.getMessage()))
                        .close("Error");
            } else if (!quiet && outcome != null) {
                answer.open("Deleted").element("Key", wish.key());
                if (wish.ofVersion()) {
                    answer.element("VersionId", wish.name().versionId());
                }
                if (outcome.marker()) {
                    answer.element("DeleteMarker", true).element("DeleteMarkerVersionId", outcome.versionId());
                }
                answer.close("Deleted");
            }
        }
        return answer.close("DeleteResult");
    }
}
