package io.coppice.wire.sign;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Where a request came from, told by the door that took it to the role that it was passed on to, in a header that clients
 * cannot forge: an HMAC-SHA256 (RFC 2104) under a key that only roles have stands over it. Immutable.
 *
 * @param address the client's IP address
 * @param secure whether the client came by TLS
 */
public record OriginStamp(String address, boolean secure) {
    /** The header that carries it; a door throws away what a client puts there. */
    public static final String HEADER = "x-coppice-origin";

    private static final String ALGORITHM = "HmacSHA256";
    private static final Duration LIFE = Duration.ofMinutes(5);
    private static final Pattern FORM =
            Pattern.compile("([0-9A-Fa-f:.%]{2,64}) (true|false) (\\d{1,12}) ([0-9a-f]{64})");

    /** The header's value, good for five minutes around {@code now}. */
    public String write(byte[] key, Instant now) {
        var text = address + " " + secure + " " + now.getEpochSecond();
        return text + " " + HexFormat.of().formatHex(mac(key, text));
    }

    /** Empty when the value is not of this key and time. */
    public static Optional<OriginStamp> read(byte[] key, String value, Instant now) {
        var parts = FORM.matcher(value);
        if (!parts.matches()) {
            return Optional.empty();
        }
        var text = value.substring(0, value.lastIndexOf(' '));
        var told = HexFormat.of().parseHex(parts.group(4));
        var age = Duration.between(Instant.ofEpochSecond(Long.parseLong(parts.group(3))), now)
                .abs();
        return MessageDigest.isEqual(told, mac(key, text)) && age.compareTo(LIFE) <= 0
                ? Optional.of(new OriginStamp(parts.group(1), Boolean.parseBoolean(parts.group(2))))
                : Optional.empty();
    }

    private static byte[] mac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
