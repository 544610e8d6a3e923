package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.coppice.ebs.layer.Layers;
import io.coppice.ebs.serve.SimulatedVolumeServer;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, volumes in local files would break the rules of the seam, or files would be left behind. */
class LocalVolumeBackendTest extends VolumeBackendContract {
    @TempDir
    Path folder;

    @Override
    VolumeBackend backend() throws IOException {
        var layers = new Layers(folder);
        return new LocalVolumeBackend(
                layers,
                new SimulatedVolumeServer(),
                LayerEncryption.none(layers),
                new LocalVolumeBackend.Limits(1.0, 3));
    }

    @Test
    void aLayerIsThereForAsLongAsANameLeadsToIt() throws IOException {
        var volume = VolumeId.random();
        var snapshot = SnapshotId.random();
        backend().create(volume, GIB, NOTHING);
        backend().snapshot(snapshot, volume);
        assertEquals(2, layers());
        backend().delete(volume);
        assertEquals(1, layers());
        backend().delete(snapshot);
        assertEquals(0, layers());
    }

    @Test
    void whatACrashLeftWithoutANameIsRemoved() throws IOException {
        backend();
        var lost = Files.writeString(folder.resolve("layers").resolve("0123456789abcdef.qcow2"), "half");
        var unfinished = Files.createSymbolicLink(
                folder.resolve("names").resolve("vol-0123456789abcdef0.new"), Path.of("../layers/none.qcow2"));
        var raw = Files.writeString(folder.resolve("vol-0123456789abcdef0.raw"), "");
        backend();
        assertFalse(Files.exists(lost));
        assertFalse(Files.exists(unfinished, java.nio.file.LinkOption.NOFOLLOW_LINKS));
        assertFalse(Files.exists(raw));
    }

    @Test
    void snapshotsOfAVolumeThatNobodyWritesToAreOneLayer() throws IOException {
        var volume = VolumeId.random();
        backend().create(volume, GIB, NOTHING);
        for (int i = 0; i < 5; i++) {
            backend().snapshot(SnapshotId.random(), volume);
        }
        assertEquals(2, layers());
    }

    private long layers() throws IOException {
        try (var files = Files.list(folder.resolve("layers"))) {
            return files.count();
        }
    }
}
