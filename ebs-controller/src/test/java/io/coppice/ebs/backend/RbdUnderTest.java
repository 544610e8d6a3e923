package io.coppice.ebs.backend;

import io.coppice.ebs.rbd.CephPool;
import io.coppice.ebs.rbd.RbdVolumeBackend;
import io.coppice.support.CephUnderTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Images in a pool of a Ceph of our own, daemons in a folder of the test's. */
record RbdUnderTest(CephPool pool, RbdVolumeBackend backend) implements BackendUnderTest {
    private static final int DEADLINE_SECONDS = 60;

    /** @param depth over how many others a volume may lie */
    static RbdUnderTest start(CephPool pool, Path run, int depth) throws IOException {
        return new RbdUnderTest(
                pool, new RbdVolumeBackend(pool, run, Optional.empty(), new RbdVolumeBackend.Limits(1.0, depth)));
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

    /** What {@code rbd} says of the pool. */
    String rbd(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("rbd", "--conf", pool.conf().toString(), "--id", pool.user()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--pool", pool.pool()));
        return CephUnderTest.run(command.toArray(String[]::new));
    }
}
