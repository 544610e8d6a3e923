package io.coppice.walrus.image;

import io.coppice.foundation.disk.ForeignQcow2;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Tells what an image is from its first bytes and never from its name. Accepts raw disks that boot or hold a file system,
 * and self-contained qcow2 (QEMU). A qcow2 that names another file is refused: it would let a
 * tenant read files of the host.
 */
public final class ImageFormat {
    /** So much of the beginning is looked at: the superblock of btrfs lies at 64 KiB. */
    public static final int HEAD_BYTES = 68 * 1024;

    private static final long MAX_VIRTUAL_BYTES = 64L << 40;
    private static final int SECTOR = 512;
    private static final int BOOT_SIGNATURE_AT = 510;
    private static final String CONVERT = "convert it with: qemu-img convert -O qcow2 IN OUT.qcow2";

    /** Formats that others use and Coppice does not, by what stands where. */
    private static final List<Foreign> FOREIGN = List.of(
            new Foreign("VMDK", 0, bytes("KDMV"), CONVERT),
            new Foreign("VMDK", 0, bytes("# Disk DescriptorFile"), CONVERT),
            new Foreign("VHDX", 0, bytes("vhdxfile"), CONVERT),
            new Foreign("VHD", 0, bytes("conectix"), CONVERT),
            new Foreign("VDI", 0x40, new byte[] {0x7f, 0x10, (byte) 0xda, (byte) 0xbe}, CONVERT),
            new Foreign("QED", 0, bytes("QED\0"), CONVERT),
            new Foreign("Parallels", 0, bytes("WithoutFreeSpace"), CONVERT),
            new Foreign("gzip", 0, new byte[] {0x1f, (byte) 0x8b}, "unpack it first: gunzip IMAGE.gz"),
            new Foreign("xz", 0, new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0}, "unpack it first: unxz IMAGE.xz"),
            new Foreign("bzip2", 0, bytes("BZh"), "unpack it first: bunzip2 IMAGE.bz2"),
            new Foreign(
                    "zstd", 0, new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd}, "unpack it first: unzstd IMAGE.zst"),
            new Foreign("zip", 0, new byte[] {'P', 'K', 3, 4}, "unpack it first: unzip IMAGE.zip"),
            new Foreign("tar", 257, bytes("ustar"), "unpack it first: tar -xf IMAGE.tar"));

    /** File systems that a disk without partitions may hold. */
    private static final List<Foreign> FILE_SYSTEMS = List.of(
            new Foreign("ext", 1080, new byte[] {0x53, (byte) 0xef}, ""),
            new Foreign("xfs", 0, bytes("XFSB"), ""),
            new Foreign("btrfs", 0x10040, bytes("_BHRfS_M"), ""),
            new Foreign("squashfs", 0, bytes("hsqs"), ""),
            new Foreign("iso9660", 0x8001, bytes("CD001"), ""));

    private ImageFormat() {}

    /**
     * What an image is.
     *
     * @param format {@code raw} or {@code qcow2}
     * @param virtualSizeBytes of the disk as a guest sees it
     */
    public record Recognised(String format, long virtualSizeBytes) {}

    private record Foreign(String name, int at, byte[] magic, String fix) {
        boolean matches(ByteBuffer head) {
            return head.limit() >= at + magic.length
                    && head.slice(at, magic.length).equals(ByteBuffer.wrap(magic));
        }
    }

    /**
     * Looks at the beginning of an image.
     *
     * @param head the first {@link #HEAD_BYTES}, or all when there are fewer
     * @param sizeBytes of the whole
     * @throws NotAnImageException when it cannot be used
     */
    public static Recognised recognise(ByteBuffer head, long sizeBytes) {
        if (sizeBytes == 0) {
            throw new NotAnImageException("the object is empty: upload a raw disk or a qcow2 file");
        }
        var bytes = head.slice().order(ByteOrder.BIG_ENDIAN);
        var qcow2 = ForeignQcow2.of(bytes);
        if (qcow2.isPresent()) {
            return qcow2(qcow2.get());
        }
        for (var foreign : FOREIGN) {
            if (foreign.matches(bytes)) {
                throw new NotAnImageException(
                        "the object is in the format " + foreign.name() + ", which is not used here: " + foreign.fix());
            }
        }
        var boots = bytes.limit() >= SECTOR
                && bytes.get(BOOT_SIGNATURE_AT) == 0x55
                && bytes.get(BOOT_SIGNATURE_AT + 1) == (byte) 0xaa;
        if (!boots && FILE_SYSTEMS.stream().noneMatch(each -> each.matches(bytes))) {
            throw new NotAnImageException(
                    "the object is neither qcow2 nor a raw disk: it has no boot sector (55 AA at byte"
                            + " 510) and no file system that is known (ext2/3/4, xfs, btrfs, squashfs, ISO 9660)");
        }
        if (sizeBytes > MAX_VIRTUAL_BYTES) {
            throw new NotAnImageException("the disk is larger than 64 TiB");
        }
        return new Recognised("raw", (sizeBytes + SECTOR - 1) / SECTOR * SECTOR);
    }

    private static Recognised qcow2(ForeignQcow2 disk) {
        disk.fault().ifPresent(fault -> {
            throw new NotAnImageException(explanation(fault));
        });
        if (disk.virtualSizeBytes() <= 0 || disk.virtualSizeBytes() > MAX_VIRTUAL_BYTES) {
            throw new NotAnImageException("the qcow2 disk must have between 1 byte and 64 TiB");
        }
        return new Recognised("qcow2", disk.virtualSizeBytes());
    }

    private static String explanation(ForeignQcow2.Fault fault) {
        return switch (fault) {
            case CUT_OFF -> "the qcow2 header is cut off";
            case UNKNOWN_VERSION -> "the qcow2 file is of a version that is not known: versions 2 and 3 are";
            case BACKING_FILE ->
                "the qcow2 file needs a backing file: flatten it with: qemu-img convert -O qcow2 IN OUT.qcow2";
            case CLUSTER_SIZE -> "the qcow2 cluster size is out of range";
            case ENCRYPTED -> "the qcow2 file is encrypted: decrypt it with qemu-img convert, then upload it again";
            case EXTERNAL_DATA -> "the qcow2 file keeps its data in another file: " + CONVERT;
            case NOT_CLOSED ->
                "the qcow2 file was not closed in good order: repair it with: qemu-img check -r all IMAGE";
            case UNKNOWN_FEATURES -> "the qcow2 file uses features that are not known: " + CONVERT;
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
