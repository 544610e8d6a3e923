package io.coppice.node.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.agent.InstanceMemory.Progress;
import io.coppice.proto.compute.v1.DesiredInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, a restarted agent would not know what its host carries, or take half a file for the truth. */
class InstanceFilesTest {
    @TempDir
    Path folder;

    @Test
    void whatWasKeptIsReadAfterARestart() throws IOException {
        var instance = InstanceId.random();
        var wish = DesiredInstance.newBuilder()
                .setInstanceId(instance.value())
                .setGeneration(3)
                .setDiskExpected(true)
                .build();
        var files = new InstanceFiles(folder.resolve("instances"));
        files.keep(wish);
        files.keep(instance, new Progress(3, "a-boot", 2));
        files.forceProgress(instance);
        var again = new InstanceFiles(folder.resolve("instances"));
        assertEquals(List.of(instance), again.instances());
        assertEquals(Optional.of(wish), again.desired(instance));
        assertEquals(new Progress(3, "a-boot", 2), again.progress(instance));
        again.remove(instance);
        assertEquals(List.of(), again.instances());
    }

    @Test
    void aHalfWrittenFileIsNeverTheOneThatCounts() throws IOException {
        var instance = InstanceId.random();
        var files = new InstanceFiles(folder.resolve("instances"));
        var wish = DesiredInstance.newBuilder()
                .setInstanceId(instance.value())
                .setGeneration(1)
                .build();
        files.keep(wish);
        var home = folder.resolve("instances").resolve(instance.value());
        // What a power cut during the next write leaves.
        Files.writeString(home.resolve("desired.pb.new"), "half");
        assertEquals(Optional.of(wish), files.desired(instance));
        files.keep(wish.toBuilder().setGeneration(2).build());
        assertEquals(2, files.desired(instance).orElseThrow().getGeneration());
        assertFalse(Files.exists(home.resolve("desired.pb.new")));
    }
}
