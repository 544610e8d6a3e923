package io.coppice.cloud.identity;

import io.coppice.foundation.role.RoleStartException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals secret access keys for the database with AES-256-GCM (NIST SP 800-38D). The master key lies in a file beside the
 * database, so that neither is enough alone. Thread-safe.
 */
public final class SecretBox {
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final byte VERSION = 1;
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecretKeySpec key;

    private SecretBox(byte[] key) {
        this.key = new SecretKeySpec(key, "AES");
    }

    /** Reads {@code master.key} in the data folder, or makes it. Throws {@link RoleStartException} when it is damaged. */
    public static SecretBox open(Path dataDir) {
        var file = dataDir.resolve("master.key");
        try {
            var text = OwnerOnlyFile.readOrCreate(file, SecretBox::newKey);
            var key = Base64.getDecoder().decode(text);
            if (key.length != KEY_BYTES) {
                throw new IllegalArgumentException("it has " + key.length + " bytes instead of " + KEY_BYTES);
            }
            return new SecretBox(key);
        } catch (IOException | IllegalArgumentException e) {
            throw new RoleStartException(
                    "the master key in " + file + " is not usable: " + e.getMessage(),
                    "put back the file that was there; without it the access keys in the database cannot be read",
                    e);
        }
    }

    /** Seals a secret; {@code owner} is bound to it, so that a sealed secret cannot be moved to another row. */
    public byte[] seal(String owner, String secret) {
        var nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        var sealed = crypt(Cipher.ENCRYPT_MODE, owner, nonce, secret.getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.allocate(1 + nonce.length + sealed.length)
                .put(VERSION)
                .put(nonce)
                .put(sealed)
                .array();
    }

    /** Opens what {@link #seal} made. Throws {@link IllegalStateException} when the master key is another one. */
    public String open(String owner, byte[] sealed) {
        if (sealed.length <= 1 + NONCE_BYTES || sealed[0] != VERSION) {
            throw new IllegalStateException("the sealed secret of " + owner + " is damaged");
        }
        var buffer = ByteBuffer.wrap(sealed, 1, sealed.length - 1);
        var nonce = new byte[NONCE_BYTES];
        buffer.get(nonce);
        var content = new byte[buffer.remaining()];
        buffer.get(content);
        return new String(crypt(Cipher.DECRYPT_MODE, owner, nonce, content), StandardCharsets.UTF_8);
    }

    /** A key of 32 bytes for one purpose, from which the master key cannot be found; always the same. */
    public byte[] derive(String purpose) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(purpose.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    private byte[] crypt(int mode, String owner, byte[] nonce, byte[] content) {
        try {
            var cipher = Cipher.getInstance(CIPHER);
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(owner.getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the secret of " + owner + " was sealed with another master key", e);
        }
    }

    private static String newKey() {
        var bytes = new byte[KEY_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }
}
