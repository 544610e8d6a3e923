package io.coppice.ebs.copy;

import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.nbd.OpenDisk;
import io.coppice.ebs.rbd.CephPool;
import io.coppice.ebs.rbd.PoolUnderTest;
import io.coppice.ebs.rbd.RbdVolumeBackend;
import io.coppice.ebs.transfer.QemuImg;
import io.coppice.foundation.id.ResourceId;
import io.coppice.support.CephUnderTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A pool of volumes whose disks a test writes to and reads, as a zone has it. */
record CephUnderCopy(CephPool pool, RbdVolumeBackend backend, Path folder) implements AutoCloseable {
    private static final int MOST_BELOW = 8;

    /** With a pool that holds nothing. */
    static CephUnderCopy fresh(Path folder) throws IOException {
        Files.createDirectories(folder);
        return over(PoolUnderTest.fresh(folder.resolve("ceph.conf")), folder);
    }

    private static CephUnderCopy over(CephPool pool, Path folder) throws IOException {
        var limits = new RbdVolumeBackend.Limits(1.0, MOST_BELOW);
        return new CephUnderCopy(
                pool,
                new RbdVolumeBackend(
                        pool,
                        folder.resolve("run"),
                        Optional.empty(),
                        new RbdVolumeBackend.Encryption(DiskKeys.NONE, new QemuImg(Duration.ofMinutes(5)), 1),
                        limits),
                folder);
    }

    /** As after the next start of the EBS controller. */
    CephUnderCopy again() throws IOException {
        return over(pool, folder);
    }

    @Override
    public void close() {
        backend.close();
    }

    /** As a guest writes. */
    void write(ResourceId disk, long offset, byte[] content) throws IOException {
        try (var open = open(disk, OpenDisk.Use.WRITING)) {
            open.write(offset, ByteBuffer.wrap(content));
            open.flush();
        }
    }

    /** As a guest discards. */
    void discard(ResourceId disk, long offset, long bytes) throws IOException {
        CephUnderTest.run("qemu-io", "--image-opts", options(disk), "-c", "discard " + offset + " " + bytes);
    }

    /** All of a disk. */
    byte[] content(ResourceId disk) throws IOException {
        try (var open = open(disk, OpenDisk.Use.READING)) {
            var content = ByteBuffer.allocate((int) open.sizeBytes());
            open.read(0, content);
            return content.array();
        }
    }

    private OpenDisk open(ResourceId disk, OpenDisk.Use use) throws IOException {
        return OpenDisk.open(options(disk), use, folder.resolve("sockets"));
    }

    private String options(ResourceId disk) throws IOException {
        return backend.stored(disk).orElseThrow().asSource().getLast();
    }

    /** What {@code rbd} says of the pool. */
    String rbd(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("rbd", "--conf", pool.conf().toString(), "--id", pool.user()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--pool", pool.pool()));
        return CephUnderTest.run(command.toArray(String[]::new));
    }

    /** How much the pool may hold, bytes; 0 for as much as the cluster has. */
    void quota(long bytes) throws IOException {
        var conf = CephUnderTest.get().conf().toString();
        var most = String.valueOf(bytes);
        CephUnderTest.run("ceph", "--conf", conf, "osd", "pool", "set-quota", pool.pool(), "max_bytes", most);
    }
}
