package io.coppice.server.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.server.ProcessMark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Broken: "down" would kill a stranger that got our server's pid, or a hung command would hang us. */
final class ProcessMarkTest {
    @TempDir
    private Path temporary;

    @Test
    void aRecycledPidIsAnotherProcess() throws Exception {
        var mine = ProcessMark.of(ProcessHandle.current().pid()).orElseThrow();
        var file = temporary.resolve("pid");
        mine.write(file);

        assertEquals(Optional.of(mine), ProcessMark.read(file));
        assertTrue(mine.alive());
        assertFalse(new ProcessMark(mine.pid(), mine.startTicks() + 1, mine.bootId()).alive());
        assertFalse(new ProcessMark(mine.pid(), mine.startTicks(), "00000000-dead").alive());
    }

    @Test
    void aDamagedFileNamesNobody() throws Exception {
        var file = temporary.resolve("pid");
        Files.writeString(file, "1; rm -rf /");
        assertEquals(Optional.empty(), ProcessMark.read(file));
    }

    @Test
    void aCommandThatHangsIsEnded() {
        var result = HostCommand.run(Duration.ofMillis(200), "sleep", "600");
        assertEquals(124, result.exitCode());
    }

    @Test
    void aCommandThatIsNotThereSaysSo() {
        assertEquals(
                127,
                HostCommand.run(Duration.ofSeconds(5), "no-such-program-here").exitCode());
    }
}
