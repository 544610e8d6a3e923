package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, volumes in local files would break the rules of the seam, or a crash would leave half a volume. */
class LocalVolumeBackendTest extends VolumeBackendContract {
    @TempDir
    Path folder;

    @Override
    VolumeBackend backend() throws IOException {
        return new LocalVolumeBackend(folder, 1.0);
    }

    @Test
    void whatACrashLeftUnfinishedIsRemoved() throws IOException {
        var unfinished = Files.writeString(folder.resolve("vol-0123456789abcdef0.new"), "half");
        backend();
        assertFalse(Files.exists(unfinished));
    }
}
