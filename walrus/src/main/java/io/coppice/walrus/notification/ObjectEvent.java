package io.coppice.walrus.notification;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * Something that happened to an object.
 *
 * @param kind what
 * @param key to which key
 * @param versionId to which version; empty where nothing is versioned
 * @param content what it has now; empty where that is gone
 * @param origin who did it
 */
public record ObjectEvent(EventKind kind, String key, String versionId, Optional<Content> content, Origin origin) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final long MICROS = 1_000_000;
    private static final int NANOS_A_MICRO = 1_000;

    /** How long an object is, and its ETag without quotation marks. */
    public record Content(long sizeBytes, String etag) {}

    /**
     * Where an event came from.
     *
     * @param principalId who asked, as AWS writes it
     * @param address the IP address that they asked from
     * @param requestId of the answer that they got; empty where nobody asked
     */
    public record Origin(String principalId, String address, String requestId) {
        /** Walrus itself, as a rule of the owner's demands it. */
        public static final Origin LIFECYCLE = new Origin("AWS:s3.amazonaws.com", "127.0.0.1", "");
    }

    /**
     * The message that AWS would send (S3 User Guide, "Event message structure", version 2.1).
     *
     * @param ruleId of the rule that wants it told
     */
    String message(Subject subject, String ruleId, Instant at) {
        var object = new JsonObject()
                .put("key", URLEncoder.encode(key, StandardCharsets.UTF_8))
                .put("sequencer", sequencer(at));
        content.ifPresent(each -> object.put("size", each.sizeBytes()).put("eTag", each.etag()));
        if (!versionId.isEmpty()) {
            object.put("versionId", versionId);
        }
        var bucket = new JsonObject()
                .put("name", subject.bucket())
                .put("ownerIdentity", new JsonObject().put("principalId", subject.ownerId()))
                .put("arn", "arn:aws:s3:::" + subject.bucket());
        var event = new JsonObject()
                .put("eventVersion", "2.1")
                .put("eventSource", "aws:s3")
                .put("awsRegion", subject.region())
                .put("eventTime", TIME.format(at))
                .put("eventName", kind.word())
                .put("userIdentity", new JsonObject().put("principalId", origin.principalId()))
                .put("requestParameters", new JsonObject().put("sourceIPAddress", origin.address()))
                .put("responseElements", new JsonObject().put("x-amz-request-id", origin.requestId()))
                .put(
                        "s3",
                        new JsonObject()
                                .put("s3SchemaVersion", "1.0")
                                .put("configurationId", ruleId)
                                .put("bucket", bucket)
                                .put("object", object));
        return new JsonObject().put("Records", new JsonArray().add(event)).encode();
    }

    /** Of two events of a key the later has the greater one, compared as text. */
    private static String sequencer(Instant at) {
        return HexFormat.of().withUpperCase().toHexDigits(at.getEpochSecond() * MICROS + at.getNano() / NANOS_A_MICRO);
    }

    /** The bucket that events are about. */
    public record Subject(String bucket, String ownerId, String region) {}
}
