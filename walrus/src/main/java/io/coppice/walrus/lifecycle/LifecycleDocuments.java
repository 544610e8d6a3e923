package io.coppice.walrus.lifecycle;

import io.coppice.walrus.lifecycle.LifecycleRule.Filter;
import io.coppice.walrus.lifecycle.LifecycleRule.Moment;
import io.coppice.walrus.lifecycle.LifecycleRule.Noncurrent;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.BucketSetting;
import io.coppice.walrus.metadata.ObjectRow;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import io.coppice.walrus.protocol.XmlWriter;
import io.coppice.wire.error.AwsException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Reads and writes the rules of buckets (S3 User Guide, "Lifecycle configuration elements"). Rules that move objects to
 * other classes of storage are refused: there is one class of storage here.
 */
public final class LifecycleDocuments {
    private static final Duration DAY = Duration.ofDays(1);
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final int MAX_RULES = 1000;
    private static final int MAX_ID = 255;
    private static final Set<String> ACTIONS =
            Set.of("Expiration", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload");
    private static final Set<String> MOVES = Set.of("Transition", "NoncurrentVersionTransition");

    private LifecycleDocuments() {}

    /** The rules of a bucket, and how they are kept. */
    public record Rules(List<LifecycleRule> rules, String document) {
        public Rules {
            rules = List.copyOf(rules);
        }
    }

    /** The rules that were set on a bucket. */
    public static List<LifecycleRule> of(BucketRow bucket) {
        return bucket.setting(BucketSetting.LIFECYCLE)
                .map(text -> parse(text.getBytes(StandardCharsets.UTF_8)).rules())
                .orElse(List.of());
    }

    /** What a header tells of an object that a rule will remove: when, and by which rule. */
    public static Optional<String> expiration(BucketRow bucket, ObjectRow object) {
        return of(bucket).stream()
                .flatMap(rule -> rule.expiryOf(object, DAY).stream().map(at -> Map.entry(at, rule.id())))
                .min(Map.Entry.comparingByKey())
                .map(first -> "expiry-date=\"" + HTTP_DATE.format(first.getKey()) + "\", rule-id=\"" + first.getValue()
                        + "\"");
    }

    /** Reads a document; rules without an id get one. Throws MalformedXML, InvalidArgument or InvalidRequest. */
    public static Rules parse(byte[] document) {
        var elements = XmlElement.parse(document, "LifecycleConfiguration").all("Rule");
        if (elements.isEmpty() || elements.size() > MAX_RULES) {
            throw S3Errors.malformedXml();
        }
        var rules = new ArrayList<LifecycleRule>();
        var ids = new HashSet<String>();
        for (var element : elements) {
            var rule = rule(element);
            if (!ids.add(rule.id())) {
                throw S3Errors.invalidArgument("Rule ID must be unique. Found same ID for more than one rule");
            }
            rules.add(rule);
        }
        return new Rules(rules, write(rules));
    }

    private static LifecycleRule rule(XmlElement element) {
        element.children().stream()
                .filter(child -> MOVES.contains(child.name()))
                .findFirst()
                .ifPresent(child -> {
                    child.value("Date").ifPresent(LifecycleDocuments::date);
                    throw S3Errors.notImplemented("Moving objects to another storage class (" + child.name() + ")");
                });
        if (element.children().stream().noneMatch(child -> ACTIONS.contains(child.name()))) {
            throw S3Errors.invalidRequest("At least one action needs to be specified in a rule");
        }
        var id = element.value("ID").filter(text -> !text.isEmpty()).orElseGet(() -> UUID.randomUUID()
                .toString());
        if (id.length() > MAX_ID) {
            throw S3Errors.invalidArgument("ID length should not exceed allowed limit of 255");
        }
        var enabled =
                switch (element.value("Status").orElse("")) {
                    case "Enabled" -> true;
                    case "Disabled" -> false;
                    default -> throw S3Errors.malformedXml();
                };
        var expiration = first(element, "Expiration");
        var filter = filter(element);
        var abort = first(element, "AbortIncompleteMultipartUpload").map(each -> days(each, "DaysAfterInitiation"));
        var lone = expiration
                .flatMap(each -> each.value("ExpiredObjectDeleteMarker"))
                .filter("true"::equals)
                .isPresent();
        if ((lone || abort.isPresent()) && !filter.tags().isEmpty()) {
            throw S3Errors.invalidRequest(
                    "ExpiredObjectDeleteMarker and AbortIncompleteMultipartUpload cannot be specified with tags");
        }
        return new LifecycleRule(
                id,
                enabled,
                filter,
                expiration.flatMap(each -> moment(each, lone)),
                lone,
                first(element, "NoncurrentVersionExpiration").map(LifecycleDocuments::noncurrent),
                abort);
    }

    private static Filter filter(XmlElement rule) {
        var element = first(rule, "Filter");
        if (element.isEmpty()) {
            return new Filter(
                    rule.value("Prefix").orElseThrow(S3Errors::malformedXml), Map.of(), -1, Long.MAX_VALUE, true);
        }
        var conditions = first(element.get(), "And").orElse(element.get());
        var tags = new LinkedHashMap<String, String>();
        conditions
                .all("Tag")
                .forEach(tag -> tags.put(
                        tag.value("Key").orElseThrow(S3Errors::malformedXml),
                        tag.value("Value").orElse("")));
        return new Filter(
                conditions.value("Prefix").orElse(""),
                tags,
                conditions
                        .value("ObjectSizeGreaterThan")
                        .map(LifecycleDocuments::bytes)
                        .orElse(-1L),
                conditions
                        .value("ObjectSizeLessThan")
                        .map(LifecycleDocuments::bytes)
                        .orElse(Long.MAX_VALUE),
                false);
    }

    private static Optional<Moment> moment(XmlElement expiration, boolean lone) {
        var date = expiration.value("Date");
        var days = expiration.value("Days");
        if ((date.isPresent() ? 1 : 0) + (days.isPresent() ? 1 : 0) + (lone ? 1 : 0) > 1
                || expiration.children().isEmpty()) {
            throw S3Errors.malformedXml();
        }
        return date.isPresent()
                ? Optional.of(new Moment.Date(date(date.get())))
                : days.map(each -> new Moment.Days(days(expiration, "Days")));
    }

    private static Noncurrent noncurrent(XmlElement element) {
        var kept = element.value("NewerNoncurrentVersions").isPresent() ? days(element, "NewerNoncurrentVersions") : 0;
        return new Noncurrent(days(element, "NoncurrentDays"), kept);
    }

    private static int days(XmlElement element, String name) {
        try {
            var days = Integer.parseInt(
                    element.value(name).orElseThrow(S3Errors::malformedXml).strip());
            if (days <= 0) {
                throw S3Errors.invalidArgument("'" + name + "' for the action must be a positive integer");
            }
            return days;
        } catch (NumberFormatException e) {
            throw S3Errors.malformedXml();
        }
    }

    private static long bytes(String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw S3Errors.malformedXml();
        }
    }

    private static Instant date(String text) {
        try {
            var stripped = text.strip();
            var date = stripped.contains("T")
                    ? DateTimeFormatter.ISO_DATE_TIME.parse(stripped, Instant::from)
                    : LocalDate.parse(stripped).atStartOfDay(ZoneOffset.UTC).toInstant();
            if (!date.atZone(ZoneOffset.UTC).toLocalTime().equals(java.time.LocalTime.MIDNIGHT)) {
                throw S3Errors.invalidArgument("'Date' must be at midnight GMT");
            }
            return date;
        } catch (DateTimeException e) {
            throw AwsException.client("MalformedXML", "'Date' must be a date in the form of ISO 8601");
        }
    }

    private static Optional<XmlElement> first(XmlElement parent, String name) {
        return parent.all(name).stream().findFirst();
    }

    private static String write(List<LifecycleRule> rules) {
        var xml = XmlWriter.document("LifecycleConfiguration");
        for (var rule : rules) {
            xml.open("Rule").element("ID", rule.id());
            write(xml, rule.filter());
            xml.element("Status", rule.enabled() ? "Enabled" : "Disabled");
            if (rule.expiration().isPresent() || rule.expiresLoneMarkers()) {
                xml.open("Expiration");
                rule.expiration().ifPresent(moment -> {
                    switch (moment) {
                        case Moment.Date(Instant at) -> xml.element("Date", DateTimeFormatter.ISO_INSTANT.format(at));
                        case Moment.Days(int count) -> xml.element("Days", count);
                    }
                });
                if (rule.expiresLoneMarkers()) {
                    xml.element("ExpiredObjectDeleteMarker", true);
                }
                xml.close("Expiration");
            }
            rule.noncurrent().ifPresent(each -> {
                xml.open("NoncurrentVersionExpiration").element("NoncurrentDays", each.days());
                if (each.kept() > 0) {
                    xml.element("NewerNoncurrentVersions", each.kept());
                }
                xml.close("NoncurrentVersionExpiration");
            });
            rule.abortAfterDays().ifPresent(days -> xml.open("AbortIncompleteMultipartUpload")
                    .element("DaysAfterInitiation", days)
                    .close("AbortIncompleteMultipartUpload"));
            xml.close("Rule");
        }
        return xml.close("LifecycleConfiguration").toString();
    }

    private static void write(XmlWriter xml, Filter filter) {
        if (filter.simple()) {
            xml.element("Prefix", filter.prefix());
            return;
        }
        var sizes = (filter.moreThan() >= 0 ? 1 : 0) + (filter.lessThan() < Long.MAX_VALUE ? 1 : 0);
        var several = filter.tags().size() + sizes + (filter.prefix().isEmpty() ? 0 : 1) > 1;
        xml.open("Filter");
        if (several) {
            xml.open("And");
        }
        if (!filter.prefix().isEmpty() || (filter.tags().isEmpty() && sizes == 0)) {
            xml.element("Prefix", filter.prefix());
        }
        filter.tags().forEach((name, value) -> xml.open("Tag")
                .element("Key", name)
                .element("Value", value)
                .close("Tag"));
        if (filter.moreThan() >= 0) {
            xml.element("ObjectSizeGreaterThan", filter.moreThan());
        }
        if (filter.lessThan() < Long.MAX_VALUE) {
            xml.element("ObjectSizeLessThan", filter.lessThan());
        }
        if (several) {
            xml.close("And");
        }
        xml.close("Filter");
    }
}
