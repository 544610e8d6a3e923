package io.coppice.ebs.key;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * What an encrypted disk is opened with: 256 random bits. QEMU is given them as a passphrase, the Base64 of the bits. Never in
 * a log, an argument or an exception; immutable.
 */
public final class DiskKey {
    static final int BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] bits;

    private DiskKey(byte[] bits) {
        this.bits = bits;
    }

    /** A key that nobody had before. */
    public static DiskKey random() {
        var bits = new byte[BYTES];
        RANDOM.nextBytes(bits);
        return new DiskKey(bits);
    }

    /** The key of these 32 bytes. */
    static DiskKey of(byte[] bits) {
        if (bits.length != BYTES) {
            throw new IllegalArgumentException("the key of a disk has " + BYTES + " bytes");
        }
        return new DiskKey(bits.clone());
    }

    byte[] bits() {
        return bits.clone();
    }

    /** The same bits as a passphrase of printable characters. A new array each time: who is done with it may wipe it. */
    public byte[] passphrase() {
        return new String(Base64.getEncoder().encode(bits), StandardCharsets.US_ASCII)
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DiskKey key && MessageDigest.isEqual(bits, key.bits);
    }

    @Override
    public int hashCode() {
        // The same for all: a hash of a key would say something of it.
        return BYTES;
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "DiskKey[secret]";
    }
}
