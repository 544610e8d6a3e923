package io.coppice.ebs.backend;

import io.coppice.ebs.rbd.CephPool;
import io.coppice.ebs.rbd.PoolUnderTest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;

/** If this failed, what {@link VolumeModelTest} says would not hold for volumes in Ceph. */
@Tag("full")
class RbdVolumeModelTest extends VolumeModelTest {
    private @Nullable CephPool pool;

    @Override
    BackendUnderTest open() throws IOException {
        var known = pool;
        if (known == null) {
            known = PoolUnderTest.fresh(folder.resolve("ceph.conf"));
            pool = known;
        }
        return RbdUnderTest.start(known, folder.resolve("r"), keys(), 2);
    }
}
