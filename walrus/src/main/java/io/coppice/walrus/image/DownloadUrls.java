package io.coppice.walrus.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes and checks URLs that let their holder read one image until a time: HMAC-SHA256 over both, under a secret that
 * never leaves this store. Thread-safe.
 */
public final class DownloadUrls {
    /** What the path of such a URL begins with. */
    public static final String PATH = "/_coppice/images/";

    private static final int SECRET_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecretKeySpec secret;
    private final Clock clock;

    private DownloadUrls(byte[] secret, Clock clock) {
        this.secret = new SecretKeySpec(secret, "HmacSHA256");
        this.clock = clock;
    }

    /**
     * A URL's path with query, and when it ends.
     */
    public record Grant(String pathAndQuery, Instant expiresAt) {}

    /** Reads the secret from {@code file}, or makes it, readable by its owner only. */
    public static DownloadUrls open(Path file, Clock clock) throws IOException {
        if (!Files.exists(file)) {
            var secret = new byte[SECRET_BYTES];
            RANDOM.nextBytes(secret);
            var temporary = file.resolveSibling(file.getFileName() + ".new");
            Files.deleteIfExists(temporary);
            Files.createFile(
                    temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(temporary, secret);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        }
        var secret = Files.readAllBytes(file);
        if (secret.length != SECRET_BYTES) {
            throw new IOException(file + " does not hold " + SECRET_BYTES + " bytes: remove it to have a new one made");
        }
        return new DownloadUrls(secret, clock);
    }

    /** Grants reading an image for a while. */
    public Grant grant(String imageId, Duration life) {
        var expires = clock.instant().plus(life);
        var seconds = String.valueOf(expires.getEpochSecond());
        return new Grant(
                PATH + imageId + "?expires=" + seconds + "&signature=" + sign(imageId, seconds),
                Instant.ofEpochSecond(expires.getEpochSecond()));
    }

    /** Whether this grant was made here and is still good. */
    public boolean accepts(String imageId, String expires, String signature) {
        var expected = sign(imageId, expires).getBytes(StandardCharsets.US_ASCII);
        if (!MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8))) {
            return false;
        }
        return clock.instant().isBefore(Instant.ofEpochSecond(Long.parseLong(expires)));
    }

    private String sign(String imageId, String expires) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(secret);
            return HexFormat.of().formatHex(mac.doFinal((imageId + "\n" + expires).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA256 is in every JDK", e);
        }
    }
}
