package io.coppice.cloud.identity;

import io.coppice.foundation.role.RoleStartException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals secrets for the database with AES-256-GCM (NIST SP 800-38D). The master key lies in a file beside the database, so
 * that neither is enough alone. The first line of the file seals; further lines are earlier keys, which still open.
 * Thread-safe.
 */
public final class SecretBox {
    private static final String FILE = "master.key";
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final byte VERSION = 1;
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** The one that seals first. */
    private final List<SecretKeySpec> keys;

    private SecretBox(List<SecretKeySpec> keys) {
        this.keys = keys;
    }

    /** Reads {@code master.key} in the data folder, or makes it. Throws {@link RoleStartException} when it is damaged. */
    public static SecretBox open(Path dataDir) {
        var file = dataDir.resolve(FILE);
        try {
            var text = OwnerOnlyFile.readOrCreate(file, SecretBox::newKey);
            return new SecretBox(text.lines().map(SecretBox::key).toList());
        } catch (IOException | IllegalArgumentException e) {
            throw new RoleStartException(
                    "the master key in " + file + " is not usable: " + e.getMessage(),
                    "put back the file that was there; without it the access keys in the database cannot be read",
                    e);
        }
    }

    /**
     * Puts a new key before those in {@code master.key}; processes that run go on with the old one until they start again.
     * Throws {@link IOException} when the file is not there or cannot be replaced.
     */
    public static void rotate(Path dataDir) throws IOException {
        var file = dataDir.resolve(FILE);
        var earlier = Files.readString(file).strip();
        OwnerOnlyFile.write(file, newKey() + "\n" + earlier + "\n");
    }

    private static SecretKeySpec key(String line) {
        var key = Base64.getDecoder().decode(line.strip());
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("a key in it has " + key.length + " bytes instead of " + KEY_BYTES);
        }
        return new SecretKeySpec(key, "AES");
    }

    /** Whether there are earlier keys, so that something may still be sealed with one of them. */
    boolean hasEarlierKeys() {
        return keys.size() > 1;
    }

    /** Seals anew what an earlier key sealed; empty when the current one did. Throws as {@link #open(String, byte[])}. */
    Optional<byte[]> renew(String owner, byte[] sealed) {
        try {
            open(owner, sealed, keys.getFirst());
            return Optional.empty();
        } catch (IllegalStateException e) {
            return Optional.of(sealBytes(owner, openBytes(owner, sealed)));
        }
    }

    /** Seals a secret; {@code owner} is bound to it, so that a sealed secret cannot be moved to another row. */
    public byte[] seal(String owner, String secret) {
        return sealBytes(owner, secret.getBytes(StandardCharsets.UTF_8));
    }

    /** As {@link #seal}, of bytes. */
    public byte[] sealBytes(String owner, byte[] secret) {
        var nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        var sealed = crypt(Cipher.ENCRYPT_MODE, keys.getFirst(), owner, nonce, secret);
        return ByteBuffer.allocate(1 + nonce.length + sealed.length)
                .put(VERSION)
                .put(nonce)
                .put(sealed)
                .array();
    }

    /** Opens what {@link #seal} made. Throws {@link IllegalStateException} when the master key is another one. */
    public String open(String owner, byte[] sealed) {
        return new String(openBytes(owner, sealed), StandardCharsets.UTF_8);
    }

    /** As {@link #open(String, byte[])}, of what {@link #sealBytes} made. */
    public byte[] openBytes(String owner, byte[] sealed) {
        for (var earlier : keys.subList(0, keys.size() - 1)) {
            try {
                return open(owner, sealed, earlier);
            } catch (IllegalStateException e) {
                // Sealed with a key further down, perhaps; the last one has the last word.
                continue;
            }
        }
        return open(owner, sealed, keys.getLast());
    }

    private static byte[] open(String owner, byte[] sealed, SecretKeySpec key) {
        if (sealed.length <= 1 + NONCE_BYTES || sealed[0] != VERSION) {
            throw new IllegalStateException("the sealed secret of " + owner + " is damaged");
        }
        var buffer = ByteBuffer.wrap(sealed, 1, sealed.length - 1);
        var nonce = new byte[NONCE_BYTES];
        buffer.get(nonce);
        var content = new byte[buffer.remaining()];
        buffer.get(content);
        return crypt(Cipher.DECRYPT_MODE, key, owner, nonce, content);
    }

    /** A key of 32 bytes for one purpose, from which the master key cannot be found; always the same. */
    public byte[] derive(String purpose) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(keys.getFirst());
            return mac.doFinal(purpose.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    private static byte[] crypt(int mode, SecretKeySpec key, String owner, byte[] nonce, byte[] content) {
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
