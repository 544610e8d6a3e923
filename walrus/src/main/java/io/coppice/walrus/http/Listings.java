package io.coppice.walrus.http;

import io.coppice.walrus.metadata.BucketOwner;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.KeyRange;
import io.coppice.walrus.metadata.ListedObject;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * ListObjects and ListObjectsV2. Keys come in batches from the index; what lies under a common prefix is skipped by
 * asking for what comes after it, so a listing costs by what it shows, not by what the bucket holds. Thread-safe.
 */
final class Listings {
    private static final int MAX_KEYS = 1000;
    private static final int BATCH = 1001;
    /** Of short pages, as those that only ask whether there is anything. */
    private static final int FEW = 101;

    private final Store store;

    Listings(Store store) {
        this.store = store;
    }

    /** What a listing shows. */
    private record Page(List<ListedObject> objects, List<String> prefixes, boolean truncated, String last) {}

    /** What a listing asks for. */
    record Wanted(String prefix, String delimiter, String after, int maxKeys, boolean encode) {
        String shown(String text) {
            return encode
                    ? URLEncoder.encode(text, StandardCharsets.UTF_8)
                            .replace("+", "%20")
                            .replace("%2F", "/")
                    : text;
        }
    }

    void listV1(S3Exchange exchange) {
        var wanted = wanted(
                exchange.request(), exchange.request().parameter("marker").orElse(""));
        var page = page(exchange, wanted);
        var answer = XmlWriter.document("ListBucketResult")
                .element("Name", exchange.request().bucket())
                // The one name that the first version does not encode.
                .element("Prefix", wanted.prefix())
                .element("Marker", wanted.shown(wanted.after()));
        if (page.truncated() && !wanted.delimiter().isEmpty()) {
            answer.element("NextMarker", wanted.shown(page.last()));
        }
        finish(exchange, answer, wanted, page, true);
    }

    void listV2(S3Exchange exchange) {
        var request = exchange.request();
        var token = request.parameter("continuation-token");
        var startAfter = request.parameter("start-after").orElse("");
        var wanted = wanted(request, token.map(Listings::decodeToken).orElse(startAfter));
        var page = page(exchange, wanted);
        var answer = XmlWriter.document("ListBucketResult")
                .element("Name", request.bucket())
                .element("Prefix", wanted.shown(wanted.prefix()));
        if (!startAfter.isEmpty()) {
            answer.element("StartAfter", wanted.shown(startAfter));
        }
        token.ifPresent(each -> answer.element("ContinuationToken", each));
        if (page.truncated()) {
            answer.element("NextContinuationToken", encodeToken(page.last()));
        }
        answer.element("KeyCount", page.objects().size() + page.prefixes().size());
        var withOwner = request.parameter("fetch-owner").filter("true"::equals).isPresent();
        finish(exchange, answer, wanted, page, withOwner);
    }

    static Wanted wanted(S3Request request, String after) {
        var encoding = request.parameter("encoding-type");
        encoding.filter(each -> !each.equals("url")).ifPresent(each -> {
            throw S3Errors.invalidArgument("Invalid Encoding Method specified in Request");
        });
        return new Wanted(
                request.parameter("prefix").orElse(""),
                request.parameter("delimiter").orElse(""),
                after,
                Math.min(MAX_KEYS, request.number("max-keys", MAX_KEYS)),
                encoding.isPresent());
    }

    private Page page(S3Exchange exchange, Wanted wanted) {
        return wanted.maxKeys() == 0 ? new Page(List.of(), List.of(), false, "") : collect(exchange.bucket(), wanted);
    }

    private Page collect(BucketRow bucket, Wanted wanted) {
        var most = wanted.maxKeys() < FEW ? FEW : BATCH;
        var objects = new ArrayList<ListedObject>();
        var prefixes = new ArrayList<String>();
        var last = "";
        var range = begin(wanted);
        while (range.isPresent()) {
            var batch = store.plainObjects().list(bucket.bucketId(), range.get(), most);
            var skip = Optional.<String>empty();
            for (var object : batch) {
                if (skip.isPresent() && object.key().startsWith(skip.get())) {
                    continue;
                }
                if (objects.size() + prefixes.size() == wanted.maxKeys()) {
                    return new Page(objects, prefixes, true, last);
                }
                skip = commonPrefix(object.key(), wanted);
                if (skip.isPresent()) {
                    prefixes.add(skip.get());
                } else {
                    objects.add(object);
                }
                last = skip.orElse(object.key());
            }
            if (batch.size() < most) {
                return new Page(objects, prefixes, false, last);
            }
            var rest = range.get();
            var lastSeen = batch.getLast().key();
            range = skip.isPresent() ? rest.afterAll(skip.get()) : Optional.of(rest.after(lastSeen));
        }
        return new Page(objects, prefixes, false, last);
    }

    static Optional<KeyRange> begin(Wanted wanted) {
        var all = KeyRange.ofPrefix(wanted.prefix());
        if (wanted.after().isEmpty()) {
            return Optional.of(all);
        }
        // A page that ended with a common prefix goes on after everything under it.
        var rolledUp = commonPrefix(wanted.after(), wanted).filter(prefix -> prefix.equals(wanted.after()));
        return rolledUp.isPresent() ? all.afterAll(rolledUp.get()) : Optional.of(all.after(wanted.after()));
    }

    static Optional<String> commonPrefix(String key, Wanted wanted) {
        if (wanted.delimiter().isEmpty() || !key.startsWith(wanted.prefix())) {
            return Optional.empty();
        }
        var at = key.indexOf(wanted.delimiter(), wanted.prefix().length());
        return at < 0
                ? Optional.empty()
                : Optional.of(key.substring(0, at + wanted.delimiter().length()));
    }

    private static void finish(S3Exchange exchange, XmlWriter answer, Wanted wanted, Page page, boolean withOwner) {
        frame(answer, wanted, page.truncated());
        for (var object : page.objects()) {
            answer.open("Contents");
            describe(answer, wanted, object);
            if (withOwner) {
                owner(answer, object.owner());
            }
            answer.close("Contents");
        }
        prefixes(answer, wanted, page.prefixes());
        exchange.xml(answer.close("ListBucketResult"));
    }

    static void frame(XmlWriter answer, Wanted wanted, boolean truncated) {
        answer.element("MaxKeys", wanted.maxKeys());
        if (!wanted.delimiter().isEmpty()) {
            answer.element("Delimiter", wanted.shown(wanted.delimiter()));
        }
        if (wanted.encode()) {
            answer.element("EncodingType", "url");
        }
        answer.element("IsTruncated", truncated);
    }

    static void describe(XmlWriter answer, Wanted wanted, ListedObject object) {
        answer.element("Key", wanted.shown(object.key()))
                .element("LastModified", S3Exchange.xmlDate(object.modifiedAt()))
                .element("ETag", "\"" + object.etag() + "\"");
        object.checksum().ifPresent(each -> answer.element("ChecksumAlgorithm", each.algorithm())
                .element("ChecksumType", each.type()));
        answer.element("Size", object.sizeBytes()).element("StorageClass", object.storageClass());
    }

    static void owner(XmlWriter answer, BucketOwner owner) {
        answer.open("Owner")
                .element("ID", owner.canonicalId())
                .element("DisplayName", owner.displayName())
                .close("Owner");
    }

    static void prefixes(XmlWriter answer, Wanted wanted, List<String> prefixes) {
        prefixes.forEach(prefix -> answer.open("CommonPrefixes")
                .element("Prefix", wanted.shown(prefix))
                .close("CommonPrefixes"));
    }

    private static String encodeToken(String last) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(last.getBytes(StandardCharsets.UTF_8));
    }

    private static String decodeToken(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw S3Errors.invalidArgument("The continuation token provided is incorrect");
        }
    }
}
