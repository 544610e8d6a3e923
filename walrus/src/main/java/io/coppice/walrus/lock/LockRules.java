package io.coppice.walrus.lock;

import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.BucketSetting;
import io.coppice.walrus.metadata.ObjectLock;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import io.coppice.wire.error.AwsException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads how long versions are kept, and from where: headers, documents, a bucket's default rule. Thread-safe. */
public final class LockRules {
    private static final Set<String> MODES = Set.of("GOVERNANCE", "COMPLIANCE");
    private static final int DAYS_OF_YEAR = 365;
    private static final int MAX_DAYS = 36_500;

    private final Clock clock;

    /** Counts from {@code clock}. */
    public LockRules(Clock clock) {
        this.clock = clock;
    }

    /**
     * A bucket's default rule.
     *
     * @param mode {@code GOVERNANCE} or {@code COMPLIANCE}
     * @param period how long new versions are kept
     */
    public record Rule(String mode, Duration period) {}

    /** The lock of an object that is put, by its headers or else by its bucket's rule. */
    public ObjectLock ofNewObject(Function<String, Optional<String>> header, BucketRow bucket) {
        var mode = header.apply("x-amz-object-lock-mode");
        var until = header.apply("x-amz-object-lock-retain-until-date");
        var hold = header.apply("x-amz-object-lock-legal-hold");
        if (!bucket.objectLock()) {
            if (mode.isPresent() || until.isPresent() || hold.isPresent()) {
                throw S3Errors.invalidRequest("Bucket is missing ObjectLockConfiguration");
            }
            return ObjectLock.NONE;
        }
        if (mode.isPresent() != until.isPresent()) {
            throw S3Errors.invalidArgument(
                    "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied");
        }
        var held = hold.map(LockRules::onOrOff).orElse(false);
        if (mode.isPresent()) {
            return new ObjectLock(
                    Optional.of(mode(mode.get(), S3Errors.invalidArgument("Unknown wormMode directive"))),
                    until.map(text -> future(
                            text,
                            S3Errors.invalidArgument("The retain until date must be provided in ISO 8601 format"))),
                    held);
        }
        return rule(bucket)
                .map(rule -> new ObjectLock(
                        Optional.of(rule.mode()), Optional.of(clock.instant().plus(rule.period())), held))
                .orElse(new ObjectLock(Optional.empty(), Optional.empty(), held));
    }

    /** A bucket's default rule. */
    public static Optional<Rule> rule(BucketRow bucket) {
        return bucket.setting(BucketSetting.OBJECT_LOCK)
                .flatMap(text -> parseConfiguration(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Reads a bucket's configuration; empty when it has no rule. Throws MalformedXML or InvalidRetentionPeriod. */
    public static Optional<Rule> parseConfiguration(byte[] document) {
        var xml = XmlElement.parse(document, "ObjectLockConfiguration");
        if (!xml.value("ObjectLockEnabled").equals(Optional.of("Enabled"))) {
            throw S3Errors.malformedXml();
        }
        var rules = xml.all("Rule");
        if (rules.isEmpty()) {
            return Optional.empty();
        }
        var retention =
                rules.getFirst().all("DefaultRetention").stream().findFirst().orElseThrow(S3Errors::malformedXml);
        var mode = mode(retention.value("Mode").orElse(""), S3Errors.malformedXml());
        var days = retention.value("Days");
        var years = retention.value("Years");
        if (days.isPresent() == years.isPresent()) {
            throw S3Errors.malformedXml();
        }
        var total = days.isPresent() ? count(days.get(), 1) : count(years.orElse(""), DAYS_OF_YEAR);
        return Optional.of(new Rule(mode, Duration.ofDays(total)));
    }

    /** Reads a retention that is set on a version; without mode and date it is taken away. */
    public static ObjectLock parseRetention(byte[] document) {
        var xml = XmlElement.parse(document, "Retention");
        var mode = xml.value("Mode");
        var until = xml.value("RetainUntilDate");
        if (mode.isEmpty() && until.isEmpty()) {
            return ObjectLock.NONE;
        }
        if (mode.isEmpty() || until.isEmpty()) {
            throw S3Errors.malformedXml();
        }
        return new ObjectLock(
                Optional.of(mode(mode.get(), S3Errors.malformedXml())),
                Optional.of(instant(until.get(), S3Errors.malformedXml())),
                false);
    }

    /** Reads a legal hold. */
    public static boolean parseLegalHold(byte[] document) {
        return switch (XmlElement.parse(document, "LegalHold").value("Status").orElse("")) {
            case "ON" -> true;
            case "OFF" -> false;
            default -> throw S3Errors.malformedXml();
        };
    }

    /** Throws AccessDenied when the new retention is shorter than one that may not be shortened. */
    public void checkChange(ObjectLock present, ObjectLock wanted, boolean bypass) {
        var now = clock.instant();
        if (wanted.until().filter(until -> !until.isAfter(now)).isPresent()) {
            throw S3Errors.invalidArgument("The retain until date must be in the future!");
        }
        var shorter = wanted.until().isEmpty()
                || present.until()
                        .filter(until -> until.isAfter(wanted.until().get()))
                        .isPresent();
        var weaker = present.mode().equals(Optional.of("COMPLIANCE"))
                && !wanted.mode().equals(present.mode());
        var other = !wanted.mode().equals(present.mode());
        if (present.retains(now, false) && (shorter || weaker || other) && present.retains(now, bypass)) {
            throw S3Errors.accessDenied();
        }
    }

    private static int count(String text, int unit) {
        try {
            var count = Integer.parseInt(text.strip());
            if (count <= 0 || count > MAX_DAYS / unit) {
                throw AwsException.client(
                        "InvalidRetentionPeriod", "Default retention period must be a positive integer value.");
            }
            return count * unit;
        } catch (NumberFormatException e) {
            throw S3Errors.malformedXml();
        }
    }

    private static boolean onOrOff(String text) {
        return switch (text) {
            case "ON" -> true;
            case "OFF" -> false;
            default -> throw S3Errors.invalidArgument("Legal Hold must be either of 'ON' or 'OFF'");
        };
    }

    private static String mode(String text, AwsException otherwise) {
        if (!MODES.contains(text)) {
            throw otherwise;
        }
        return text;
    }

    private Instant future(String text, AwsException otherwise) {
        var instant = instant(text, otherwise);
        if (!instant.isAfter(clock.instant())) {
            throw S3Errors.invalidArgument("The retain until date must be in the future!");
        }
        return instant;
    }

    private static Instant instant(String text, AwsException otherwise) {
        try {
            return DateTimeFormatter.ISO_DATE_TIME.parse(text.strip(), Instant::from);
        } catch (DateTimeException e) {
            throw otherwise;
        }
    }
}
