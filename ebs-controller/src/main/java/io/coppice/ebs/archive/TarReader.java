package io.coppice.ebs.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * Lists the files in a tar that a tenant made. Understands what the OVF specification asks for, ustar, with the sizes of more
 * than 8 GiB that GNU tar writes; whatever else would change a file's name, size or content is refused rather than guessed.
 * Sources: POSIX.1-2017, pax, "ustar Interchange Format"; DMTF DSP0243, "OVF package structure".
 */
final class TarReader {
    private static final int BLOCK = 512;
    private static final int MOST_MEMBERS = 256;
    private static final int NAME_BYTES = 100;
    private static final int SIZE_AT = 124;
    private static final int SIZE_BYTES = 12;
    private static final int SUM_AT = 148;
    private static final int SUM_BYTES = 8;
    private static final int TYPE_AT = 156;
    private static final int MAGIC_AT = 257;
    private static final int PREFIX_AT = 345;
    private static final int PREFIX_BYTES = 155;
    private static final int BASE_256 = 0x80;

    private final FileChannel channel;
    private final List<TarMember> members = new ArrayList<>();

    private TarReader(FileChannel channel) {
        this.channel = channel;
    }

    /** The files in the tar, in their order. Throws {@link UnusableArchiveException}. */
    static List<TarMember> members(FileChannel channel) throws IOException {
        var reader = new TarReader(channel);
        reader.read();
        return List.copyOf(reader.members);
    }

    private void read() throws IOException {
        var names = new HashSet<String>();
        long at = 0;
        while (channel.size() - at >= BLOCK) {
            var header = block(at);
            if (isZero(header)) {
                break;
            }
            check(header);
            var size = size(header);
            var offset = at + BLOCK;
            if (size > channel.size() - offset) {
                throw new UnusableArchiveException("the archive is cut off: upload it again");
            }
            switch ((char) header.get(TYPE_AT)) {
                case '0', '\0' -> {
                    var member = new TarMember(name(header), offset, size);
                    if (!names.add(member.name())) {
                        throw new UnusableArchiveException("the archive has two files called " + member.name());
                    }
                    members.add(member);
                }
                case '5' -> {
                    // A folder holds nothing of its own.
                }
                default -> throw odd();
            }
            if (names.size() > MOST_MEMBERS) {
                throw new UnusableArchiveException("the archive has more than " + MOST_MEMBERS + " files");
            }
            at = offset + Math.ceilDiv(size, BLOCK) * BLOCK;
        }
        if (members.isEmpty()) {
            throw noArchive();
        }
    }

    private ByteBuffer block(long at) throws IOException {
        var block = ByteBuffer.allocate(BLOCK);
        while (block.hasRemaining() && channel.read(block, at + block.position()) >= 0) {
            continue;
        }
        return block;
    }

    private static boolean isZero(ByteBuffer block) {
        for (int i = 0; i < BLOCK; i++) {
            if (block.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static void check(ByteBuffer header) throws UnusableArchiveException {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            var inSum = i >= SUM_AT && i < SUM_AT + SUM_BYTES;
            sum += inSum ? ' ' : Byte.toUnsignedInt(header.get(i));
        }
        if (sum != octal(header, SUM_AT, SUM_BYTES)) {
            throw noArchive();
        }
    }

    private static long size(ByteBuffer header) throws UnusableArchiveException {
        if ((header.get(SIZE_AT) & BASE_256) == 0) {
            return octal(header, SIZE_AT, SIZE_BYTES);
        }
        // Two's complement in big-endian order; only the last eight bytes may hold a size that a file can have.
        var high = header.getInt(SIZE_AT);
        var low = header.getLong(SIZE_AT + Integer.BYTES);
        if (high != Integer.MIN_VALUE || low < 0) {
            throw odd();
        }
        return low;
    }

    private static long octal(ByteBuffer header, int at, int bytes) throws UnusableArchiveException {
        var text = text(header, at, bytes).strip();
        if (!text.matches("[0-7]{1,12}")) {
            throw noArchive();
        }
        return Long.parseLong(text, 8);
    }

    private static String name(ByteBuffer header) {
        var name = text(header, 0, NAME_BYTES);
        var isUstar = text(header, MAGIC_AT, 5).equals("ustar") && header.get(MAGIC_AT + 5) == 0;
        var prefix = isUstar ? text(header, PREFIX_AT, PREFIX_BYTES) : "";
        var whole = prefix.isEmpty() ? name : prefix + "/" + name;
        return whole.startsWith("./") ? whole.substring(2) : whole;
    }

    /** Up to the first zero byte. */
    private static String text(ByteBuffer header, int at, int bytes) {
        int length = 0;
        while (length < bytes && header.get(at + length) != 0) {
            length++;
        }
        return new String(header.array(), at, length, StandardCharsets.UTF_8);
    }

    private static UnusableArchiveException noArchive() {
        return new UnusableArchiveException(
                "the object is no OVA: expecting a tar with an OVF descriptor and its disks");
    }

    private static UnusableArchiveException odd() {
        return new UnusableArchiveException(
                "the archive has links, sparse files, long names or extended headers, which are"
                        + " not read: make it with tar --format=ustar");
    }
}
