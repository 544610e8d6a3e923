package io.coppice.wire.sign;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The arithmetic of Signature Version 4 (AWS General Reference, "Create a signed AWS API request"). Stateless,
 * thread-safe.
 */
public final class SigV4 {
    /** The only algorithm there is. */
    public static final String ALGORITHM = "AWS4-HMAC-SHA256";
    /** SHA-256 of nothing, in hexadecimal. */
    public static final String EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    /** Stands in place of the body's hash when the body is not signed. */
    public static final String UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";

    private static final String HMAC = "HmacSHA256";
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** Requests of one second come together, and to read their times is not cheap. */
    private static volatile Second latest = new Second(Instant.EPOCH, TIMESTAMP.format(Instant.EPOCH));

    private SigV4() {}

    /** A time without fractions of a second, and how it is written. */
    private record Second(Instant time, String text) {}

    /** Derives the key of one day, region and service from a secret access key. */
    public static SigningKey signingKey(String secret, String date, String region, String service) {
        var byDate = hmac(bytes("AWS4" + secret), bytes(date));
        var byRegion = hmac(byDate, bytes(region));
        var byService = hmac(byRegion, bytes(service));
        return SigningKey.of(hmac(byService, bytes("aws4_request")));
    }

    /** The signature of a text under a key: 64 lower-case hexadecimal digits. */
    public static String sign(SigningKey key, String stringToSign) {
        return key.sign(stringToSign);
    }

    /** What is signed for a whole request. */
    public static String stringToSign(Instant time, CredentialScope scope, String canonicalRequest) {
        return ALGORITHM + "\n" + timestamp(time) + "\n" + scope.text() + "\n" + sha256Hex(bytes(canonicalRequest));
    }

    /** SHA-256 in lower-case hexadecimal. */
    public static String sha256Hex(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }

    /** For example {@code 20260102T030405Z}. */
    public static String timestamp(Instant time) {
        var known = latest;
        // What is written has no fractions.
        return time.getEpochSecond() == known.time().getEpochSecond() ? known.text() : remember(time);
    }

    /** Reads what {@link #timestamp} writes; throws {@link java.time.format.DateTimeParseException} for all else. */
    public static Instant parseTimestamp(String text) {
        var known = latest;
        if (text.equals(known.text())) {
            return known.time();
        }
        var time = TIMESTAMP.parse(text, Instant::from);
        // Kept in the one form alone: February 31 is read too, as the last day of the month.
        remember(time);
        return time;
    }

    private static String remember(Instant time) {
        var whole = time.truncatedTo(ChronoUnit.SECONDS);
        var text = TIMESTAMP.format(whole);
        latest = new Second(whole, text);
        return text;
    }

    static byte[] hmac(byte[] key, byte[] content) {
        return keyed(key).doFinal(content);
    }

    /** An HMAC that has taken the key in. */
    static Mac keyed(byte[] key) {
        try {
            var mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA256 is in every JDK", e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
