package io.coppice.foundation.secret;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Shows a host that another one was told by the Cluster Controller of their zone to fetch an image. Good as long as the key is:
 * HMAC-SHA-256 (RFC 2104) of the host's id and the image's hash.
 */
public final class ImageTicket {
    /** Bytes of a key. */
    public static final int KEY_BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";

    private ImageTicket() {}

    /** The ticket, 64 lower-case hexadecimal digits. */
    public static String of(byte[] key, String nodeId, String sha256) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return HexFormat.of().formatHex(mac.doFinal((nodeId + ' ' + sha256).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HMAC with SHA-256", e);
        }
    }

    /** Whether it is that ticket; takes the same time whatever it is. */
    public static boolean isGood(String ticket, byte[] key, String nodeId, String sha256) {
        return MessageDigest.isEqual(
                ticket.getBytes(StandardCharsets.UTF_8), of(key, nodeId, sha256).getBytes(StandardCharsets.UTF_8));
    }
}
