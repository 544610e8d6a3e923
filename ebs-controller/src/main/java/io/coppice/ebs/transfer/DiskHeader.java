package io.coppice.ebs.transfer;

import io.coppice.foundation.disk.ForeignQcow2;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Looks at the beginning and the end of a disk that a tenant made, before any program opens it: whether it is in the format
 * that was said, and in one piece. A disk that names other files would let its maker read files of this machine. Sources:
 * VMware, Virtual Disk Format 5.0; Microsoft, Virtual Hard Disk Image Format Specification
 * and [MS-VHDX].
 */
final class DiskHeader {
    private static final int HEAD_BYTES = 4096;
    private static final int FOOTER_BYTES = 512;
    private static final String VMDK_SPARSE = "KDMV";
    private static final int VMDK_CAPACITY_AT = 12;
    private static final String VHD_COOKIE = "conectix";
    private static final int VHD_TYPE_AT = 60;
    private static final int VHD_DIFFERENCING = 4;
    private static final String VHDX_COOKIE = "vhdxfile";

    private final ByteBuffer head;
    private final ByteBuffer footer;

    private DiskHeader(ByteBuffer head, ByteBuffer footer) {
        this.head = head;
        this.footer = footer;
    }

    /** Throws {@link UnusableDiskException} unless the file is a disk of that format by itself. */
    static void check(Path file, DiskFormat format) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var size = channel.size();
            if (size == 0) {
                throw new UnusableDiskException("the object is empty");
            }
            new DiskHeader(
                            read(channel, 0, (int) Math.min(HEAD_BYTES, size)),
                            read(channel, Math.max(0, size - FOOTER_BYTES), (int) Math.min(FOOTER_BYTES, size)))
                    .check(format);
        }
    }

    private static ByteBuffer read(FileChannel channel, long at, int bytes) throws IOException {
        var buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) >= 0) {
            continue;
        }
        return buffer.flip();
    }

    private void check(DiskFormat format) throws UnusableDiskException {
        var found = recognised();
        if (found.isPresent() ? found.get() != format : format != DiskFormat.RAW) {
            throw new UnusableDiskException("the object is "
                    + found.map(each -> "in the format " + each).orElse("in no format that is known") + " and not "
                    + format + ": name the format that it has");
        }
        switch (format) {
            case RAW, VHDX -> {
                // One has no header; qemu-img itself refuses the other when it has a parent.
            }
            case QCOW2 -> check(ForeignQcow2.of(head).orElseThrow());
            case VMDK -> checkVmdk();
            case VHD -> checkVhd();
        }
    }

    private Optional<DiskFormat> recognised() {
        if (ForeignQcow2.of(head).isPresent()) {
            return Optional.of(DiskFormat.QCOW2);
        }
        if (begins(head, VMDK_SPARSE) || begins(head, "# Disk DescriptorFile") || begins(head, "COWD")) {
            return Optional.of(DiskFormat.VMDK);
        }
        if (begins(head, VHDX_COOKIE)) {
            return Optional.of(DiskFormat.VHDX);
        }
        return begins(head, VHD_COOKIE) || begins(footer, VHD_COOKIE) ? Optional.of(DiskFormat.VHD) : Optional.empty();
    }

    private static boolean begins(ByteBuffer bytes, String magic) {
        var expected = magic.getBytes(StandardCharsets.US_ASCII);
        return bytes.limit() >= expected.length
                && bytes.slice(0, expected.length).equals(ByteBuffer.wrap(expected));
    }

    private static void check(ForeignQcow2 disk) throws UnusableDiskException {
        var fault = disk.fault();
        if (fault.isPresent()) {
            throw switch (fault.get()) {
                case CUT_OFF -> cutOff();
                case UNKNOWN_VERSION ->
                    new UnusableDiskException(
                            "the disk is of a version of qcow2 that is not known: versions 2 and 3 are");
                case BACKING_FILE -> otherFile("a backing file");
                case CLUSTER_SIZE -> new UnusableDiskException("the cluster size of the disk is out of range");
                case ENCRYPTED ->
                    new UnusableDiskException("the disk is encrypted: decrypt it with qemu-img convert first");
                case EXTERNAL_DATA -> otherFile("a data file");
                case NOT_CLOSED ->
                    new UnusableDiskException(
                            "the disk was not closed in good order: repair it with qemu-img check -r all");
                case UNKNOWN_FEATURES ->
                    new UnusableDiskException("the disk uses features of qcow2 that are not known");
            };
        }
    }

    /** Of the kinds of VMDK only the sparse one is in one piece; even that may be a mere list of others when it has no size. */
    private void checkVmdk() throws UnusableDiskException {
        if (!begins(head, VMDK_SPARSE)) {
            throw otherFile("extents in files beside it");
        }
        if (head.limit() < FOOTER_BYTES) {
            throw cutOff();
        }
        if (head.duplicate().order(ByteOrder.LITTLE_ENDIAN).getLong(VMDK_CAPACITY_AT) <= 0) {
            throw otherFile("extents in files beside it");
        }
    }

    private void checkVhd() throws UnusableDiskException {
        if (!begins(footer, VHD_COOKIE)) {
            throw cutOff();
        }
        if (footer.getInt(VHD_TYPE_AT) == VHD_DIFFERENCING
                || begins(head, VHD_COOKIE) && head.getInt(VHD_TYPE_AT) == VHD_DIFFERENCING) {
            throw otherFile("a parent disk");
        }
    }

    private static UnusableDiskException cutOff() {
        return new UnusableDiskException("the disk is cut off: upload it again");
    }

    private static UnusableDiskException otherFile(String what) {
        return new UnusableDiskException(
                "the disk needs " + what + ": make it one piece first, with qemu-img convert -O qcow2 IN OUT.qcow2");
    }
}
