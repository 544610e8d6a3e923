package io.coppice.cloud.query;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes and reads page tokens: the sort key of the last row under an HMAC (RFC 2104, SHA-256), so that a token is good
 * only for the listing it came from and cannot be made up. Thread-safe.
 */
public class PageTokens {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int MAC_BYTES = 16;
    private static final int MAX_TOKEN_CHARACTERS = 2048;

    private final PageTokenKey key;

    /** Tokens under this key. */
    public PageTokens(PageTokenKey key) {
        this.key = key;
    }

    String seal(String scope, String sortKey) {
        var text = sortKey.getBytes(StandardCharsets.UTF_8);
        var token = ByteBuffer.allocate(MAC_BYTES + text.length)
                .put(mac(scope, text))
                .put(text)
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** The sort key in a token; throws {@code InvalidNextToken} when it is not one that {@link #seal} made for this scope. */
    String open(String scope, String token) {
        var bytes = decode(token);
        var text = Arrays.copyOfRange(bytes, MAC_BYTES, bytes.length);
        if (!MessageDigest.isEqual(Arrays.copyOf(bytes, MAC_BYTES), mac(scope, text))) {
            throw QueryErrors.invalidToken();
        }
        return new String(text, StandardCharsets.UTF_8);
    }

    private static byte[] decode(String token) {
        if (token.length() > MAX_TOKEN_CHARACTERS) {
            throw QueryErrors.invalidToken();
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException e) {
            throw QueryErrors.invalidToken();
        }
        if (bytes.length <= MAC_BYTES) {
            throw QueryErrors.invalidToken();
        }
        return bytes;
    }

    private byte[] mac(String scope, byte[] text) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key.bytes(), ALGORITHM));
            mac.update(scope.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return Arrays.copyOf(mac.doFinal(text), MAC_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(ALGORITHM + " is in every JDK", e);
        }
    }
}
