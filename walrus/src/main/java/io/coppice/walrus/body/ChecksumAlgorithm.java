package io.coppice.walrus.body;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;

/** The checksums that S3 offers (S3 User Guide, "Checking object integrity"). */
public enum ChecksumAlgorithm {
    CRC32(new CrcCombination(0xEDB88320L, Integer.SIZE)),
    CRC32C(new CrcCombination(0x82F63B78L, Integer.SIZE)),
    CRC64NVME(new CrcCombination(Crc64Nvme.REFLECTED_POLYNOMIAL, Long.SIZE)),
    SHA1(null),
    SHA256(null);

    private final @Nullable CrcCombination combination;

    ChecksumAlgorithm(@Nullable CrcCombination combination) {
        this.combination = combination;
    }

    /** The algorithm that S3 calls so, in any case. */
    public static Optional<ChecksumAlgorithm> named(String name) {
        return Arrays.stream(values())
                .filter(each -> each.name().equalsIgnoreCase(name))
                .findFirst();
    }

    /** The algorithm whose value this header or trailer carries; the name in lower case. */
    public static Optional<ChecksumAlgorithm> ofHeader(String header) {
        return Arrays.stream(values())
                .filter(each -> each.header().equals(header))
                .findFirst();
    }

    /** For example {@code x-amz-checksum-crc32}. */
    public String header() {
        return "x-amz-checksum-" + name().toLowerCase(Locale.ROOT);
    }

    /** For example {@code ChecksumCRC32}: the element of XML bodies. */
    public String element() {
        return "Checksum" + name();
    }

    /** How many bytes a value has. */
    public int lengthBytes() {
        return switch (this) {
            case CRC32, CRC32C -> 4;
            case CRC64NVME -> 8;
            case SHA1 -> 20;
            case SHA256 -> 32;
        };
    }

    /** Whether {@code value} is Base64 of the right length. */
    public boolean isWellFormed(String value) {
        try {
            return Base64.getDecoder().decode(value).length == lengthBytes();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether the checksum of a whole object can be had from those of its parts. */
    public boolean combinable() {
        return combination != null;
    }

    /** The checksum of two stretches one after the other, all Base64; for {@link #combinable} algorithms only. */
    public String combine(String first, String second, long secondBytes) {
        if (combination == null) {
            throw new IllegalStateException(this + " cannot be combined");
        }
        return encode(combination.combine(decode(first), decode(second), secondBytes));
    }

    /** Starts to compute. */
    public Computation begin() {
        return switch (this) {
            case CRC32 -> new CrcComputation(new CRC32());
            case CRC32C -> new CrcComputation(new CRC32C());
            case CRC64NVME -> new CrcComputation(new Crc64Nvme());
            case SHA1 -> new DigestComputation(Digests.sha1());
            case SHA256 -> new DigestComputation(Digests.sha256());
        };
    }

    /** A checksum in the making. Not thread-safe. */
    public interface Computation {
        /** Takes all that remains in {@code bytes}. */
        void update(ByteBuffer bytes);

        /** The value in Base64; called once. */
        String value();
    }

    private String encode(long crc) {
        var bytes = ByteBuffer.allocate(Long.BYTES).putLong(crc).array();
        return Base64.getEncoder().encodeToString(Arrays.copyOfRange(bytes, Long.BYTES - lengthBytes(), Long.BYTES));
    }

    private static long decode(String value) {
        var result = 0L;
        for (byte b : Base64.getDecoder().decode(value)) {
            result = result << Byte.SIZE | (b & 0xff);
        }
        return result;
    }

    private final class CrcComputation implements Computation {
        private final Checksum checksum;

        private CrcComputation(Checksum checksum) {
            this.checksum = checksum;
        }

        @Override
        public void update(ByteBuffer bytes) {
            checksum.update(bytes);
        }

        @Override
        public String value() {
            return encode(checksum.getValue());
        }
    }

    private static final class DigestComputation implements Computation {
        private final MessageDigest digest;

        private DigestComputation(MessageDigest digest) {
            this.digest = digest;
        }

        @Override
        public void update(ByteBuffer bytes) {
            digest.update(bytes);
        }

        @Override
        public String value() {
            return Base64.getEncoder().encodeToString(digest.digest());
        }
    }
}
