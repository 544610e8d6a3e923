package io.coppice.walrus.http;

import io.coppice.walrus.metadata.KeyRange;
import io.coppice.walrus.metadata.ListedObject;
import io.coppice.walrus.metadata.ObjectRow;
import io.coppice.walrus.metadata.Versions;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hibernate.StatelessSession;

/** ListObjectVersions: versions and delete markers in batches from the index, as {@link Listings} does. Thread-safe. */
final class VersionListings {
    private static final int BATCH = 1001;

    private final Store store;

    VersionListings(Store store) {
        this.store = store;
    }

    private record Page(
            List<ObjectRow> versions, List<String> prefixes, boolean truncated, String lastKey, String lastVersion) {}

    void list(S3Exchange exchange) {
        var request = exchange.request();
        var keyMarker = request.parameter("key-marker").orElse("");
        var versionMarker = request.parameter("version-id-marker").filter(text -> !text.isEmpty());
        if (versionMarker.isPresent() && keyMarker.isEmpty()) {
            throw S3Errors.invalidArgument("A version-id marker cannot be specified without a key marker.");
        }
        var wanted = Listings.wanted(request, keyMarker);
        var page = store.transactions().call(session -> collect(session, exchange, wanted, versionMarker));
        var answer = XmlWriter.document("ListVersionsResult")
                .element("Name", request.bucket())
                .element("Prefix", wanted.shown(wanted.prefix()))
                .element("KeyMarker", wanted.shown(keyMarker))
                .element("VersionIdMarker", versionMarker.orElse(""));
        if (page.truncated()) {
            answer.element("NextKeyMarker", wanted.shown(page.lastKey()));
            if (!page.lastVersion().isEmpty()) {
                answer.element("NextVersionIdMarker", page.lastVersion());
            }
        }
        Listings.frame(answer, wanted, page.truncated());
        page.versions().forEach(each -> version(answer, wanted, each));
        Listings.prefixes(answer, wanted, page.prefixes());
        exchange.xml(answer.close("ListVersionsResult"));
    }

    private static void version(XmlWriter answer, Listings.Wanted wanted, ObjectRow version) {
        var element = version.deleteMarker() ? "DeleteMarker" : "Version";
        answer.open(element);
        if (version.deleteMarker()) {
            answer.element("Key", wanted.shown(version.key()))
                    .element("LastModified", S3Exchange.xmlDate(version.modifiedAt()));
        } else {
            Listings.describe(answer, wanted, ListedObject.of(version));
        }
        answer.element("VersionId", version.versionId()).element("IsLatest", version.latest());
        Listings.owner(answer, version.traits().owner());
        answer.close(element);
    }

    private Page collect(
            StatelessSession session, S3Exchange exchange, Listings.Wanted wanted, Optional<String> versionMarker) {
        var bucketId = exchange.bucket().bucketId();
        var versions = new ArrayList<ObjectRow>();
        var prefixes = new ArrayList<String>();
        var lastKey = "";
        var lastVersion = "";
        versionMarker.ifPresent(ObjectFinder::checkVersionId);
        // Who deletes while listing names a version that is gone: then the key's others are shown from the newest on.
        var afterId = versionMarker.map(id -> store.versions()
                .find(session, bucketId, new Versions.Name(wanted.after(), id))
                .map(ObjectRow::objectId)
                .orElse(Long.MAX_VALUE));
        var range = afterId.isPresent()
                ? Optional.of(new KeyRange(
                        wanted.after(), true, KeyRange.ofPrefix(wanted.prefix()).until()))
                : Listings.begin(wanted);
        if (wanted.maxKeys() == 0) {
            range = Optional.empty();
        }
        while (range.isPresent()) {
            var batch = store.versions().list(session, bucketId, range.get(), afterId, BATCH);
            var skip = Optional.<String>empty();
            for (var version : batch) {
                if (skip.isPresent() && version.key().startsWith(skip.get())) {
                    continue;
                }
                if (versions.size() + prefixes.size() == wanted.maxKeys()) {
                    return new Page(versions, prefixes, true, lastKey, lastVersion);
                }
                skip = Listings.commonPrefix(version.key(), wanted);
                if (skip.isPresent()) {
                    prefixes.add(skip.get());
                } else {
                    versions.add(version);
                }
                lastKey = skip.orElse(version.key());
                lastVersion = skip.isPresent() ? "" : version.versionId();
            }
            if (batch.size() < BATCH) {
                break;
            }
            var last = batch.getLast();
            if (skip.isPresent()) {
                range = range.get().afterAll(skip.get());
                afterId = Optional.empty();
            } else {
                range = Optional.of(new KeyRange(last.key(), true, range.get().until()));
                afterId = Optional.of(last.objectId());
            }
        }
        return new Page(versions, prefixes, false, lastKey, lastVersion);
    }
}
