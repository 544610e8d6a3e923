package io.coppice.ebs.backend;

import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.rbd.CephPool;
import io.coppice.ebs.rbd.RbdVolumeBackend;
import io.coppice.ebs.transfer.QemuImg;
import io.coppice.support.CephUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Images in a pool of a Ceph of our own, daemons in a folder of the test's. */
record RbdUnderTest(CephPool pool, RbdVolumeBackend backend) implements BackendUnderTest {
    private static final int DEADLINE_SECONDS = 60;

    /** @param depth over how many others a volume may lie */
    static RbdUnderTest start(CephPool pool, Path run, DiskKeys keys, int depth) throws IOException {
        var encryption = new RbdVolumeBackend.Encryption(keys, new QemuImg(Duration.ofMinutes(5)), 2);
        var limits = new RbdVolumeBackend.Limits(1.0, depth);
        return new RbdUnderTest(pool, new RbdVolumeBackend(pool, run, Optional.empty(), encryption, limits));
    }

    @Override
    public void stop() {
        backend.close();
    }

    @Override
    public List<String> left() throws IOException, InterruptedException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (true) {
            backend.tidy();
            var left = new ArrayList<>(rbd("ls").lines().toList());
            left.addAll(rbd("trash", "ls").lines().toList());
            if (left.isEmpty() || System.nanoTime() > deadline) {
                return left;
            }
            Thread.sleep(100);
        }
    }

    /** All that was written to the images of the pool. */
    List<byte[]> bytes() throws IOException {
        var all = new ArrayList<byte[]>();
        for (var image : rbd("ls").lines().toList()) {
            var file = Files.createTempFile("coppice-image", ".diff");
            Files.delete(file);
            try {
                rbd("export-diff", "--no-progress", image, file.toString());
                all.add(Files.readAllBytes(file));
            } finally {
                Files.deleteIfExists(file);
            }
        }
        return all;
    }

    /** What {@code rbd} says of the pool. */
    String rbd(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("rbd", "--conf", pool.conf().toString(), "--id", pool.user()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--pool", pool.pool()));
        return CephUnderTest.run(command.toArray(String[]::new));
    }
}
