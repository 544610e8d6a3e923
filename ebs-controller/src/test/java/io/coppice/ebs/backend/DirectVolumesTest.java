package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.rbd.CephPool;
import io.coppice.ebs.rbd.PoolUnderTest;
import io.coppice.ebs.serve.Grants;
import io.coppice.ebs.serve.StorageDaemons;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.VolumeExport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, a host that opens volumes in Ceph itself could write to one that was taken from it, or what it wrote would not
 * be there. A {@code qemu-io} that stays open plays the host's QEMU.
 */
class DirectVolumesTest {
    private static final String FIRST = "e00000000000000000000000000000001";
    private static final String SECOND = "e00000000000000000000000000000002";
    private static final long GIB = 1L << 30;
    private static final int BLOCK = 65_536;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final VolumeId volume = VolumeId.random();

    @SuppressWarnings("NullAway.Init")
    private CephPool pool;

    @SuppressWarnings("NullAway.Init")
    private RbdUnderTest started;

    @BeforeEach
    void open() throws IOException {
        pool = PoolUnderTest.shared(folder.resolve("ceph.conf"));
        started = RbdUnderTest.start(pool, folder.resolve("r"), DiskKeys.NONE, 8);
        started.backend().create(volume, GIB, Optional.empty());
    }

    @AfterEach
    @SuppressWarnings("NullAway")
    void close() throws IOException {
        if (started != null) {
            started.backend().delete(volume);
            started.stop();
        }
    }

    private VolumeExport handOut(String name) throws IOException {
        return started.backend().serve(volume, Grants.direct(name)).getFirst();
    }

    private static int io(VolumeExport export, String command) throws Exception {
        return new ProcessBuilder(List.of("qemu-io", "-f", "raw", "-c", command, OpenVolume.address(export)))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private long daemons() throws IOException {
        try (var files = Files.list(folder.resolve("r"))) {
            return files.filter(file -> file.toString().endsWith(".pid")).count();
        }
    }

    @Test
    void itIsOpenedInTheClusterWithoutADaemon() throws Exception {
        var export = handOut(FIRST);
        assertEquals(started.backend().cephCluster(), export.getCephImage().getCluster());
        assertFalse(export.getCephImage().getCluster().isEmpty());
        assertEquals("", export.getUnixPath());
        try (var host = new OpenVolume(export)) {
            assertTrue(host.writeOnce(1, 0, BLOCK));
            // As after a start of the EBS controller: who has it keeps it.
            assertEquals(export, handOut(FIRST));
            assertTrue(host.writeOnce(2, 0, BLOCK));
            started.stop();
            started = RbdUnderTest.start(pool, folder.resolve("r"), DiskKeys.NONE, 8);
            assertEquals(export, handOut(FIRST));
            assertTrue(host.writeOnce(3, 0, BLOCK));
        }
        assertEquals(0, daemons());
        assertEquals(0, io(export, "read -P 3 0 64k"));
    }

    @Test
    void whoeverHadItIsCutOffBeforeTheNextOneOpensItAndDoesNotFindItAgain() throws Exception {
        var first = handOut(FIRST);
        try (var host = new OpenVolume(first)) {
            assertTrue(host.writeOnce(1, 0, BLOCK));
            var second = handOut(SECOND);
            assertFalse(host.writeOnce(9, 0, BLOCK));
            // A host that was away too long opens it anew: by a client that nobody has cut off.
            assertNotEquals(0, io(first, "write -P 9 0 64k"));
            assertEquals(0, io(second, "read -P 1 0 64k"));
            started.backend().withdraw(volume);
            assertNotEquals(0, io(second, "read 0 512"));
        }
    }

    @Test
    void aHostThatIsServedIsCutOffBeforeAnotherOneOpensItAndTheOtherWayRound() throws Exception {
        var served = started.backend().serve(volume, FIRST);
        try (var host = new OpenVolume(served)) {
            assertTrue(host.writeOnce(1, 0, BLOCK));
            var direct = handOut(SECOND);
            assertFalse(host.writeOnce(9, 0, BLOCK));
            assertEquals(0, daemons());
            try (var other = new OpenVolume(direct)) {
                assertTrue(other.writeOnce(2, 0, BLOCK));
                var again = started.backend().serve(volume, FIRST);
                assertFalse(other.writeOnce(9, 0, BLOCK));
                assertNotEquals(0, io(direct, "read 0 512"));
                try (var reader = new OpenVolume(again)) {
                    assertTrue(reader.holds(2, 0, BLOCK));
                }
            }
        }
    }

    @Test
    void aSnapshotHoldsWhatWasWrittenBeforeItAndAVolumeGrowsWhileItIsOpen() throws Exception {
        var export = handOut(FIRST);
        var snapshot = SnapshotId.random();
        var clone = VolumeId.random();
        try (var host = new OpenVolume(export)) {
            assertTrue(host.writeOnce(1, 0, BLOCK));
            started.backend().snapshot(snapshot, volume);
            assertTrue(host.writeOnce(2, 0, BLOCK));
            started.backend().create(volume, 2 * GIB, Optional.empty());
            assertFalse(host.writeOnce(3, GIB + BLOCK, BLOCK), "QEMU was not told");
            assertTrue(host.resized(2 * GIB));
            assertTrue(host.writeOnce(3, GIB + BLOCK, BLOCK));
        }
        started.backend().create(clone, GIB, Optional.of(snapshot));
        var cloned = started.backend().serve(clone, Grants.direct(SECOND)).getFirst();
        assertEquals(0, io(cloned, "read -P 1 0 64k"));
        started.backend().delete(clone);
        started.backend().delete(snapshot);
        assertTrue(started.backend().exists(volume));
    }

    @Test
    void anotherControllerFindsWhatWasHandedOutAndCutsItOff() throws Exception {
        var elsewhere = folder.resolve("other");
        var other = RbdUnderTest.start(pool, elsewhere, DiskKeys.NONE, 8);
        var first = handOut(FIRST);
        try (var host = new OpenVolume(first)) {
            assertTrue(host.writeOnce(1, 0, BLOCK));
            assertTrue(other.backend().exists(volume));
            var second = other.backend().serve(volume, Grants.direct(SECOND)).getFirst();
            assertFalse(host.writeOnce(9, 0, BLOCK));
            assertEquals(0, io(second, "read -P 1 0 64k"));
        } finally {
            other.stop();
            assertEquals(0, StorageDaemons.stopAll(elsewhere));
        }
        // The first one did not hear of that.
        started.backend().withdraw(volume);
        assertEquals(List.of(volume.value()), started.rbd("ls").lines().toList());
    }
}
