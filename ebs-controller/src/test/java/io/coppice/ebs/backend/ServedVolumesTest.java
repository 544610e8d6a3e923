package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.layer.Layers;
import io.coppice.ebs.serve.Grants;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** If this failed, guests would lose what they wrote to layers, or layers would stay that nothing needs. */
class ServedVolumesTest extends ServedVolumesContract {
    /** Which of the disks are encrypted. */
    DiskKeys keys() {
        return DiskKeys.NONE;
    }

    @Override
    BackendUnderTest start() throws IOException {
        return LocalUnderTest.start(folder, keys(), new LocalVolumeBackend.Limits(1.0, 3));
    }

    Layers layers() {
        return ((LocalUnderTest) started()).layers();
    }

    @Test
    void aSnapshotThatACrashCutOffIsTakenAgain() throws Exception {
        var volume = VolumeId.random();
        var export = served(volume, FIRST);
        write(export, 5);
        // As after a crash between the new layer and the word to the daemon.
        layers().add(volume, GIB, layers().find(volume));
        write(export, 6);
        var snapshot = SnapshotId.random();
        backend().snapshot(snapshot, volume);
        write(export, 7);
        var clone = VolumeId.random();
        served.add(clone);
        backend().create(clone, GIB, Optional.of(snapshot));
        assertTrue(holds(backend().serve(clone, SECOND), 6));
        assertTrue(holds(export, 7));
    }

    @Test
    void aTowerOfLayersBecomesOneWhileTheVolumeIsInUse() throws Exception {
        var volume = VolumeId.random();
        var export = served(volume, FIRST);
        var snapshots = new ArrayList<SnapshotId>();
        for (int i = 1; i <= 5; i++) {
            write(export, i);
            snapshots.add(SnapshotId.random());
            backend().snapshot(snapshots.getLast(), volume);
        }
        assertTrue(layers().chain(layers().find(volume).orElseThrow()).size() > 3);
        eventually(() -> {
            backend().tidy();
            return layers().chain(layers().find(volume).orElseThrow()).size() == 1;
        });
        assertTrue(holds(export, 5));
        write(export, 6);
        for (var snapshot : snapshots) {
            backend().delete(snapshot);
        }
        try (var files = Files.list(layers().folder())) {
            assertEquals(1, files.count());
        }
        assertTrue(holds(export, 6));
    }

    /** They are a matter for backups; those who use others notice nothing. */
    @Test
    void volumesThatCannotBeReadKeepNoOtherFromBeingMadeAndFlattenedAndRemoved() throws Exception {
        // So many that one of them is nearly always looked at before the one in use.
        for (int number = 0; number < 9; number++) {
            var broken = VolumeId.random();
            backend().create(broken, GIB, NOTHING);
            Files.write(layers().find(broken).orElseThrow(), new byte[1]);
        }
        var volume = VolumeId.random();
        var export = served(volume, FIRST);
        for (int i = 1; i <= 5; i++) {
            write(export, i);
            backend().snapshot(SnapshotId.random(), volume);
        }
        eventually(() -> {
            backend().tidy();
            return layers().chain(layers().find(volume).orElseThrow()).size() == 1;
        });
        assertTrue(holds(export, 5));
        backend().delete(volume);
        assertTrue(layers().find(volume).isEmpty());
        started().stop();
        open();
        assertEquals(9, layers().volumes().size());
    }

    @Test
    void whatWasCopiedFromBelowOutlivesItsDaemon() throws Exception {
        var volume = VolumeId.random();
        var export = served(volume, FIRST);
        // In several of the tables that a daemon keeps in memory.
        var far = 700L << 20;
        assertEquals(0, io(export, "write -P 9 %d 4096".formatted(far)));
        for (int i = 1; i <= 5; i++) {
            write(export, i);
            backend().snapshot(SnapshotId.random(), volume);
        }
        eventually(() -> {
            backend().tidy();
            return layers().chain(layers().find(volume).orElseThrow()).size() == 1;
        });
        var before = pid(volume);
        ProcessHandle.of(before).orElseThrow().destroyForcibly();
        eventually(() -> pid(volume) != before && holds(export, 5));
        assertEquals(0, io(export, "read -P 9 %d 4096".formatted(far)));
    }

    @Test
    void aCopyFromBelowThatIsAboutToBeCompletedIsCutOffByASnapshot() throws Exception {
        var volume = VolumeId.random();
        var export = served(volume, FIRST);
        for (int i = 1; i <= 5; i++) {
            write(export, i);
            backend().snapshot(SnapshotId.random(), volume);
        }
        var height = layers().chain(layers().find(volume).orElseThrow()).size();
        backend().tidy();
        write(export, 6);
        var snapshot = SnapshotId.random();
        backend().snapshot(snapshot, volume);
        assertEquals(
                height + 1, layers().chain(layers().find(volume).orElseThrow()).size());
        write(export, 7);
        var clone = VolumeId.random();
        served.add(clone);
        backend().create(clone, GIB, Optional.of(snapshot));
        assertTrue(holds(backend().serve(clone, SECOND), 6));
        assertTrue(holds(export, 7));
    }

    @Test
    void anotherInstanceMayJoinWhileLayersAreCopied() throws Exception {
        var volume = VolumeId.random();
        served(volume, FIRST);
        var export = backend().serve(volume, Grants.shared(Set.of(FIRST))).getFirst();
        for (int i = 1; i <= 5; i++) {
            write(export, i);
            backend().snapshot(SnapshotId.random(), volume);
        }
        backend().tidy();
        var both = backend().serve(volume, Grants.shared(Set.of(FIRST, SECOND)));
        write(both.getLast(), 6);
        assertTrue(holds(export, 6));
        eventually(() -> {
            backend().tidy();
            return layers().chain(layers().find(volume).orElseThrow()).size() == 1;
        });
        assertTrue(holds(export, 6));
    }

    @Test
    void whatWasAcknowledgedIsThereAfterADetachment() throws Exception {
        var volume = VolumeId.random();
        var export = served(volume, FIRST);
        backend().snapshot(SnapshotId.random(), volume);
        try (var guest = OpenVolume.unflushed(export)) {
            guest.write(8, 700L << 20, 4096);
            backend().withdraw(volume);
        }
        assertEquals(0, io(backend().serve(volume, SECOND), "read -P 8 700M 4k"));
    }
}
