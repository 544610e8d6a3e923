package io.coppice.walrus.http;

import io.coppice.walrus.metadata.ObjectRow;
import io.coppice.walrus.tagging.Tags;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What conditions of policies may ask of a request (Service Authorization Reference, "Condition keys for Amazon S3"). */
final class ConditionKeys {
    /** Begins the keys that ask for tags of what is there already. */
    static final String EXISTING_TAG = "s3:existingobjecttag/";

    private static final Set<String> PARAMETERS = Set.of("prefix", "delimiter", "max-keys", "versionid");
    private static final Set<String> HEADERS = Set.of(
            "x-amz-acl",
            "x-amz-grant-read",
            "x-amz-grant-write",
            "x-amz-grant-read-acp",
            "x-amz-grant-write-acp",
            "x-amz-grant-full-control",
            "x-amz-content-sha256",
            "x-amz-copy-source",
            "x-amz-metadata-directive",
            "x-amz-server-side-encryption",
            "x-amz-server-side-encryption-aws-kms-key-id",
            "x-amz-server-side-encryption-customer-algorithm",
            "x-amz-storage-class",
            "x-amz-website-redirect-location",
            "x-amz-object-ownership");

    private final S3Request request;
    private final Clock clock;

    ConditionKeys(S3Request request, Clock clock) {
        this.request = request;
        this.clock = clock;
    }

    /** Names in lower case. */
    Map<String, List<String>> values() {
        var keys = new HashMap<String, List<String>>();
        var now = clock.instant();
        keys.put("aws:currenttime", List.of(now.toString()));
        keys.put("aws:epochtime", List.of(Long.toString(now.getEpochSecond())));
        keys.put("aws:sourceip", List.of(request.sourceAddress()));
        keys.put("aws:securetransport", List.of(Boolean.toString(request.secure())));
        keys.put("aws:viaawsservice", List.of("false"));
        request.header("user-agent").ifPresent(value -> keys.put("aws:useragent", List.of(value)));
        request.header("referer").ifPresent(value -> keys.put("aws:referer", List.of(value)));
        var inQuery = request.has("X-Amz-Algorithm") || request.has("Signature");
        keys.put("s3:authtype", List.of(inQuery ? "REST-QUERY-STRING" : "REST-HEADER"));
        var old = request.has("AWSAccessKeyId")
                || request.header("authorization")
                        .filter(text -> text.startsWith("AWS "))
                        .isPresent();
        keys.put("s3:signatureversion", List.of(old ? "AWS" : "AWS4-HMAC-SHA256"));
        request.parameters().forEach((name, value) -> {
            var key = name.toLowerCase(Locale.ROOT);
            if (PARAMETERS.contains(key)) {
                keys.put("s3:" + key, List.of(value));
            }
        });
        HEADERS.forEach(name -> request.header(name).ifPresent(value -> keys.put("s3:" + name, List.of(value))));
        request.header("if-match").ifPresent(value -> keys.put("s3:if-match", List.of(value)));
        request.header("if-none-match").ifPresent(value -> keys.put("s3:if-none-match", List.of(value)));
        request.header("x-amz-object-lock-mode").ifPresent(value -> keys.put("s3:object-lock-mode", List.of(value)));
        request.header("x-amz-object-lock-retain-until-date")
                .ifPresent(value -> keys.put("s3:object-lock-retain-until-date", List.of(value)));
        request.header("x-amz-object-lock-legal-hold")
                .ifPresent(value -> keys.put("s3:object-lock-legal-hold", List.of(value)));
        request.header("x-amz-tagging").ifPresent(text -> addRequestTags(keys, text));
        return keys;
    }

    /** The same with the tags of an object that is there already. */
    static Map<String, List<String>> withExistingTags(Map<String, List<String>> keys, Optional<ObjectRow> object) {
        var all = new HashMap<>(keys);
        object.flatMap(each -> each.traits().tags()).ifPresent(text -> Tags.parse(text)
                .forEach((name, value) -> all.put(EXISTING_TAG + name.toLowerCase(Locale.ROOT), List.of(value))));
        return all;
    }

    private static void addRequestTags(Map<String, List<String>> keys, String text) {
        var tags = Tags.parse(text);
        keys.put("s3:requestobjecttagkeys", new ArrayList<>(tags.keySet()));
        tags.forEach((name, value) -> keys.put("s3:requestobjecttag/" + name.toLowerCase(Locale.ROOT), List.of(value)));
    }
}
