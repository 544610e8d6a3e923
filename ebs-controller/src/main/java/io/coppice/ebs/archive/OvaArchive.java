package io.coppice.ebs.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The disks of an OVA, which stays as it is. Immutable. */
public final class OvaArchive {
    private static final int MOST_DESCRIPTOR_BYTES = 1 << 20;

    private final Path file;
    private final List<TarMember> disks;

    private OvaArchive(Path file, List<TarMember> disks) {
        this.file = file;
        this.disks = List.copyOf(disks);
    }

    /** Reads what is in it; throws {@link UnusableArchiveException} when that is no OVA, or one that cannot be used. */
    public static OvaArchive read(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var members = TarReader.members(channel);
            var descriptors = members.stream()
                    .filter(member -> member.name().endsWith(".ovf"))
                    .toList();
            if (descriptors.size() != 1) {
                throw new UnusableArchiveException(
                        "the archive has " + descriptors.size() + " OVF descriptors: expecting one");
            }
            var disks = new ArrayList<TarMember>();
            for (var name : OvfDescriptor.disks(content(channel, descriptors.getFirst()))) {
                disks.add(members.stream()
                        .filter(member -> member.name().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new UnusableArchiveException(
                                "the archive has no file " + name + ", which its descriptor names")));
            }
            return new OvaArchive(file, disks);
        }
    }

    private static byte[] content(FileChannel channel, TarMember member) throws IOException {
        if (member.size() > MOST_DESCRIPTOR_BYTES) {
            throw new UnusableArchiveException("the archive's descriptor is larger than 1 MiB");
        }
        var content = ByteBuffer.allocate((int) member.size());
        while (content.hasRemaining() && channel.read(content, member.offset() + content.position()) >= 0) {
            continue;
        }
        return content.array();
    }

    /** How many disks it has, 1 or more. */
    public int count() {
        return disks.size();
    }

    /** How large the file of a disk is, bytes. */
    public long size(int disk) {
        return disks.get(disk).size();
    }

    /** Writes the file of a disk, from 0 on, to {@code target}, which is made or replaced. */
    public void extract(int disk, Path target) throws IOException {
        var member = disks.get(disk);
        try (var from = FileChannel.open(file, StandardOpenOption.READ);
                var to = FileChannel.open(
                        target,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            long done = 0;
            while (done < member.size()) {
                var count = from.transferTo(member.offset() + done, member.size() - done, to);
                if (count <= 0) {
                    throw new IOException("the archive became shorter while it was read");
                }
                done += count;
            }
        }
    }
}
