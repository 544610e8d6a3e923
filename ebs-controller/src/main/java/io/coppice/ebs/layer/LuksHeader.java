package io.coppice.ebs.layer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes the header of an encrypted layer: LUKS version 1 with AES-256 in XTS mode and one key slot. Written here since
 * qemu-img spends two seconds on finding out how slow to make the guessing of a passphrase; what opens ours is 256 random bits,
 * which nobody guesses. Source: LUKS On-Disk Format Specification 1.2.3. Stateless.
 */
final class LuksHeader {
    /** The length of the header with all of its key slots, bytes. */
    static final int BYTES = 4040 * 512;

    /** What is written of it: the rest are key slots that are not in use. */
    static final int WRITTEN_BYTES = 512 * 512;

    private static final byte[] MAGIC = {'L', 'U', 'K', 'S', (byte) 0xba, (byte) 0xbe};
    private static final int SECTOR = 512;
    private static final int SLOTS = 8;
    private static final int FIRST_SLOT_SECTOR = 8;
    private static final int SLOT_SECTORS = 504;
    private static final int STRIPES = 4000;
    private static final int KEY_BYTES = 64;
    private static final int DIGEST_BYTES = 20;
    private static final int SALT_BYTES = 32;
    /** The fewest that LUKS allows. */
    private static final int ITERATIONS = 1000;

    private static final int NAME_BYTES = 32;
    private static final int ACTIVE = 0x00ac71f3;
    private static final int INACTIVE = 0x0000dead;
    private static final SecureRandom RANDOM = new SecureRandom();

    private LuksHeader() {}

    /** The first {@link #WRITTEN_BYTES} of a header whose disk this passphrase opens; zeros follow. */
    static byte[] make(byte[] passphrase) {
        try {
            var diskKey = random(KEY_BYTES);
            var digestSalt = random(SALT_BYTES);
            var slotSalt = random(SALT_BYTES);
            var header = ByteBuffer.allocate(WRITTEN_BYTES);
            header.put(MAGIC).putShort((short) 1);
            put(header, "aes", NAME_BYTES);
            put(header, "xts-plain64", NAME_BYTES);
            put(header, "sha256", NAME_BYTES);
            header.putInt(BYTES / SECTOR).putInt(KEY_BYTES);
            header.put(stretch(diskKey, digestSalt, DIGEST_BYTES))
                    .put(digestSalt)
                    .putInt(ITERATIONS);
            put(header, UUID.randomUUID().toString(), 40);
            for (int slot = 0; slot < SLOTS; slot++) {
                header.putInt(slot == 0 ? ACTIVE : INACTIVE).putInt(slot == 0 ? ITERATIONS : 0);
                header.put(slot == 0 ? slotSalt : new byte[SALT_BYTES]);
                header.putInt(FIRST_SLOT_SECTOR + slot * SLOT_SECTORS).putInt(STRIPES);
            }
            header.position(FIRST_SLOT_SECTOR * SECTOR);
            header.put(encrypt(split(diskKey), stretch(passphrase, slotSalt, KEY_BYTES)));
            return header.array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES, SHA-256 and their HMAC are in every JDK", e);
        }
    }

    private static byte[] random(int length) {
        var bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static void put(ByteBuffer header, String text, int length) {
        header.put(Arrays.copyOf(text.getBytes(StandardCharsets.US_ASCII), length));
    }

    /** PBKDF2 with HMAC-SHA-256 (RFC 8018), of bytes: the JDK's takes characters only. */
    private static byte[] stretch(byte[] secret, byte[] salt, int length) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        var stretched = ByteBuffer.allocate(length);
        for (int block = 1; stretched.hasRemaining(); block++) {
            mac.update(salt);
            var round = mac.doFinal(ByteBuffer.allocate(4).putInt(block).array());
            var sum = round.clone();
            for (int i = 1; i < ITERATIONS; i++) {
                round = mac.doFinal(round);
                xor(sum, round);
            }
            stretched.put(sum, 0, Math.min(sum.length, stretched.remaining()));
        }
        return stretched.array();
    }

    private static void xor(byte[] into, byte[] other) {
        for (int i = 0; i < into.length; i++) {
            into[i] ^= other[i];
        }
    }

    /** The anti-forensic split: all stripes are needed to have the key again. */
    private static byte[] split(byte[] key) throws GeneralSecurityException {
        var stripes = ByteBuffer.allocate(key.length * STRIPES);
        var carried = new byte[key.length];
        for (int i = 0; i < STRIPES - 1; i++) {
            var stripe = random(key.length);
            stripes.put(stripe);
            xor(carried, stripe);
            carried = diffuse(carried);
        }
        xor(carried, key);
        return stripes.put(carried).array();
    }

    private static byte[] diffuse(byte[] block) throws GeneralSecurityException {
        var digest = MessageDigest.getInstance("SHA-256");
        var diffused = ByteBuffer.allocate(block.length);
        for (int i = 0; diffused.hasRemaining(); i++) {
            digest.update(ByteBuffer.allocate(4).putInt(i).array());
            digest.update(block, i * digest.getDigestLength(), digest.getDigestLength());
            diffused.put(digest.digest());
        }
        return diffused.array();
    }

    /** AES-256 in XTS mode (IEEE 1619), sectors of 512 bytes that are numbered from 0. */
    private static byte[] encrypt(byte[] plain, byte[] keys) throws GeneralSecurityException {
        var data = aes(Arrays.copyOfRange(keys, 0, KEY_BYTES / 2));
        var tweaks = aes(Arrays.copyOfRange(keys, KEY_BYTES / 2, KEY_BYTES));
        var sealed = plain.clone();
        for (int sector = 0; sector * SECTOR < sealed.length; sector++) {
            var mask = mask(tweaks, sector);
            var bytes = Arrays.copyOfRange(sealed, sector * SECTOR, (sector + 1) * SECTOR);
            xor(bytes, mask);
            bytes = data.doFinal(bytes);
            xor(bytes, mask);
            System.arraycopy(bytes, 0, sealed, sector * SECTOR, SECTOR);
        }
        return sealed;
    }

    private static Cipher aes(byte[] key) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/ECB/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
        return cipher;
    }

    /** What the blocks of a sector are masked with: its encrypted number, doubled in GF(2^128) from block to block. */
    private static byte[] mask(Cipher tweaks, int sector) throws GeneralSecurityException {
        var number = ByteBuffer.allocate(16).put((byte) sector).put((byte) (sector >> 8));
        var tweak = tweaks.doFinal(number.array());
        var mask = ByteBuffer.allocate(SECTOR);
        while (mask.hasRemaining()) {
            mask.put(tweak);
            var carry = 0;
            for (int i = 0; i < tweak.length; i++) {
                var doubled = (tweak[i] & 0xff) << 1 | carry;
                tweak[i] = (byte) doubled;
                carry = doubled >> 8;
            }
            if (carry != 0) {
                tweak[0] ^= (byte) 0x87;
            }
        }
        return mask.array();
    }
}
