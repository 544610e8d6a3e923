package io.coppice.foundation.secret;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key of 32 bytes that seals secrets with AES-256-GCM (NIST SP 800-38D), and from which keys for single purposes are derived
 * (HMAC-SHA-256). Immutable.
 */
public final class WrappingKey {
    /** Length of a key. */
    public static final int BYTES = 32;

    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final String DERIVATION = "HmacSHA256";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] bits;

    private WrappingKey(byte[] bits) {
        this.bits = bits;
    }

    /** The key of these bits; throws {@link IllegalArgumentException} unless they are 32 bytes. */
    public static WrappingKey of(byte[] bits) {
        if (bits.length != BYTES) {
            throw new IllegalArgumentException("a key has %d bytes, not %d".formatted(BYTES, bits.length));
        }
        return new WrappingKey(bits.clone());
    }

    /**
     * The key in that file, which is made where there is none: lose it, and what was sealed with it is lost. Throws
     * {@link IOException} when the file holds something else.
     */
    public static WrappingKey openOrMake(Path file) throws IOException {
        try {
            return of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            var bits = newBits();
            OwnerOnlyFile.write(file, bits);
            return new WrappingKey(bits);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    file + " is not a master key: " + e.getMessage() + "; put back the file that was there", e);
        }
    }

    /** Bits of a new key. */
    public static byte[] newBits() {
        var bits = new byte[BYTES];
        RANDOM.nextBytes(bits);
        return bits;
    }

    /** A key for one purpose, from which this one cannot be found; always the same. */
    public WrappingKey derive(String purpose) {
        return new WrappingKey(derivedBits(purpose));
    }

    /** As {@link #derive}, its 32 bytes. */
    public byte[] derivedBits(String purpose) {
        try {
            var mac = Mac.getInstance(DERIVATION);
            mac.init(new SecretKeySpec(bits, DERIVATION));
            return mac.doFinal(purpose.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + DERIVATION, e);
        }
    }

    /** Seals a secret; {@code owner} is bound to it, so that what was sealed for one does not open for another. */
    public byte[] seal(String owner, byte[] secret) {
        var nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            var sealed = cipher(Cipher.ENCRYPT_MODE, owner, nonce).doFinal(secret);
            var all = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
            return all;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + CIPHER, e);
        }
    }

    /** Opens what {@link #seal} made; empty when that was with another key, for another owner, or is damaged. */
    public Optional<byte[]> open(String owner, byte[] sealed) {
        if (sealed.length < NONCE_BYTES + TAG_BYTES) {
            return Optional.empty();
        }
        try {
            return Optional.of(cipher(Cipher.DECRYPT_MODE, owner, Arrays.copyOf(sealed, NONCE_BYTES))
                    .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + CIPHER, e);
        }
    }

    private Cipher cipher(int mode, String owner, byte[] nonce) throws GeneralSecurityException {
        var cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, new SecretKeySpec(bits, "AES"), new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
        cipher.updateAAD(owner.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "WrappingKey[secret]";
    }
}
