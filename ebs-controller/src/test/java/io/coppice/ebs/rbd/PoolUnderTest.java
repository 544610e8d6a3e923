package io.coppice.ebs.rbd;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.support.CephUnderTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Pools of the Ceph of this process, as the EBS controller sees them. Tests are skipped where Ceph is not installed. */
public final class PoolUnderTest {
    private static @Nullable String shared;

    private PoolUnderTest() {}

    /** One that holds nothing; {@code own} is for what is written anew at each start. */
    public static CephPool fresh(Path own) throws IOException {
        assumeInstalled();
        return open(own, CephUnderTest.get().pool());
    }

    /** The same for all tests of a class that leave nothing behind: a pool takes a second, and there may be few of them. */
    public static synchronized CephPool shared(Path own) throws IOException {
        assumeInstalled();
        var known = shared;
        if (known == null) {
            known = CephUnderTest.get().pool();
            shared = known;
        }
        return open(own, known);
    }

    /** One of that name, whether there is one or not. */
    public static CephPool open(Path own, String name) throws IOException {
        assumeInstalled();
        var ceph = CephUnderTest.get();
        return CephPool.open(ceph.conf(), own, name, ceph.user(), Optional.of(ceph.keyring()));
    }

    private static void assumeInstalled() throws IOException {
        var lacking = CephUnderTest.lacking();
        assumeTrue(lacking.isEmpty(), lacking.orElse(""));
    }
}
