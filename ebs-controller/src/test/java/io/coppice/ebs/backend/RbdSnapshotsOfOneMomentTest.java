package io.coppice.ebs.backend;

import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.rbd.PoolUnderTest;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;

/** If this failed, what {@link SnapshotsOfOneMomentTest} says would not hold for volumes in Ceph. */
@Tag("full")
class RbdSnapshotsOfOneMomentTest extends SnapshotsOfOneMomentTest {
    @Override
    int rounds() {
        return 2;
    }

    @Override
    int blocks() {
        return 1024;
    }

    @Override
    Duration betweenWrites() {
        return Duration.ofMillis(10);
    }

    @Override
    BackendUnderTest start() throws IOException {
        return RbdUnderTest.start(
                PoolUnderTest.fresh(folder.resolve("ceph.conf")), folder.resolve("r"), DiskKeys.NONE, 8);
    }
}
