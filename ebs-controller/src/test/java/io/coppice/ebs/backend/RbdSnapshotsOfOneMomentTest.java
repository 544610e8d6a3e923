package io.coppice.ebs.backend;

import io.coppice.ebs.rbd.CephUnderTest;
import java.io.IOException;

/** If this failed, what {@link SnapshotsOfOneMomentTest} says would not hold for volumes in Ceph. */
class RbdSnapshotsOfOneMomentTest extends SnapshotsOfOneMomentTest {
    @Override
    int rounds() {
        return 2;
    }

    @Override
    BackendUnderTest start() throws IOException {
        return RbdUnderTest.start(CephUnderTest.get().pool(folder.resolve("ceph.conf")), folder.resolve("r"), 8);
    }
}
