package io.coppice.server.up;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this fails, a training takes away the file that the runtime of its own command line has open, and the command line
 * never gets a cache; or trainings that were cut short leave a hundred megabytes each.
 */
class AotTrainingTest {
    @TempDir
    Path folder;

    @Test
    void onlyWhatNobodyWritesAnyMoreIsRemoved() throws Exception {
        var alive = ProcessHandle.current().pid();
        var gone = endedProcess();
        var kept = List.of(
                "coppice.aot",
                "coppice-cli.aot",
                "quarkus-run.jar",
                "coppice.aot." + alive,
                "coppice-cli.aot." + alive,
                "coppice-cli.aot." + alive + ".config");
        var abandoned =
                List.of("coppice.aot." + gone, "coppice-cli.aot." + gone, "coppice-cli.aot." + gone + ".config");
        for (var name : kept) {
            Files.createFile(folder.resolve(name));
        }
        for (var name : abandoned) {
            Files.createFile(folder.resolve(name));
        }
        AotTraining.removeAbandonedDrafts(folder);
        assertEquals(Set.copyOf(kept), names());
    }

    private Set<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    private static long endedProcess() throws Exception {
        var process = new ProcessBuilder("true").start();
        process.waitFor();
        return process.pid();
    }
}
