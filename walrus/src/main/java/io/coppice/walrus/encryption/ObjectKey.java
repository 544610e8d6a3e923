package io.coppice.walrus.encryption;

import io.coppice.walrus.blob.BlobWriter;
import io.coppice.walrus.blob.StoredBlob;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key of one object: AES-256 in counter mode (NIST SP 800-38A), so that a range can be read from its middle and bytes
 * stay as many as they were. Every blob has a random start of its key stream, its nonce. Secret, never in a log. Thread-safe.
 */
public final class ObjectKey {
    /** Length of a nonce. */
    static final int NONCE_BYTES = 16;

    private static final int KEY_BYTES = 32;
    private static final int BLOCK_BYTES = 16;
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] key;

    private ObjectKey(byte[] key) {
        this.key = key.clone();
    }

    static ObjectKey of(byte[] key) {
        return new ObjectKey(key);
    }

    static ObjectKey random() {
        var key = new byte[KEY_BYTES];
        RANDOM.nextBytes(key);
        return new ObjectKey(key);
    }

    byte[] toBytes() {
        return key.clone();
    }

    /** A nonce for a new blob, Base64. */
    public static String newNonce() {
        var nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        return Base64.getEncoder().encodeToString(nonce);
    }

    /** A writer that encrypts what it passes on. */
    public BlobWriter encrypting(BlobWriter writer, String nonce) {
        return new EncryptingWriter(writer, cipher(nonce, 0));
    }

    /** A channel that decrypts what it reads; {@code channel} begins at byte {@code offset} of the blob. */
    public ReadableByteChannel decrypting(ReadableByteChannel channel, String nonce, long offset) {
        return new DecryptingChannel(channel, cipher(nonce, offset));
    }

    private Cipher cipher(String nonce, long offset) {
        try {
            var cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(key, "AES"),
                    new IvParameterSpec(advanced(Base64.getDecoder().decode(nonce), offset / BLOCK_BYTES)));
            var skip = (int) (offset % BLOCK_BYTES);
            if (skip > 0) {
                cipher.update(new byte[skip]);
            }
            return cipher;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES in counter mode is in every JDK", e);
        }
    }

    private static byte[] advanced(byte[] nonce, long blocks) {
        var sum = new BigInteger(1, nonce).add(BigInteger.valueOf(blocks)).toByteArray();
        var counter = new byte[NONCE_BYTES];
        var length = Math.min(sum.length, NONCE_BYTES);
        System.arraycopy(sum, sum.length - length, counter, NONCE_BYTES - length, length);
        return counter;
    }

    @Override
    public String toString() {
        return "ObjectKey[secret]";
    }

    private static ByteBuffer pass(Cipher cipher, ByteBuffer bytes) {
        try {
            var out = ByteBuffer.allocate(bytes.remaining());
            cipher.update(bytes, out);
            return out.flip();
        } catch (ShortBufferException e) {
            throw new IllegalStateException("counter mode gives as many bytes as it takes", e);
        }
    }

    private record EncryptingWriter(BlobWriter writer, Cipher cipher) implements BlobWriter {
        @Override
        public void write(ByteBuffer bytes) throws IOException {
            writer.write(pass(cipher, bytes));
        }

        @Override
        public StoredBlob commit() throws IOException {
            return writer.commit();
        }

        @Override
        public void close() throws IOException {
            writer.close();
        }
    }

    private record DecryptingChannel(ReadableByteChannel channel, Cipher cipher) implements ReadableByteChannel {
        @Override
        public int read(ByteBuffer target) throws IOException {
            var piece = ByteBuffer.allocate(Math.min(BUFFER_BYTES, target.remaining()));
            var count = channel.read(piece);
            if (count > 0) {
                target.put(pass(cipher, piece.flip()));
            }
            return count;
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectKey that && Arrays.equals(key, that.key);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key);
    }
}
