package io.coppice.ebs.backend;

import io.coppice.ebs.serve.Grants;
import org.junit.jupiter.api.Tag;

/** If this failed, what {@link SnapshotsOfOneMomentTest} says would not hold for volumes that hosts open in Ceph themselves. */
@Tag("full")
class DirectSnapshotsOfOneMomentTest extends RbdSnapshotsOfOneMomentTest {
    @Override
    Grants grants(String name) {
        return Grants.direct(name);
    }
}
