package io.coppice.node.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, a guest that prints without end would fill the host's disk, or its newest output would be lost. */
class ConsoleLogsTest {
    @TempDir
    Path folder;

    @Test
    void keepsTheNewestOfALongLog() throws IOException {
        var log = folder.resolve("console.log");
        Files.writeString(log, "old\n" + "x".repeat(2 << 20) + "new\n");
        try (var guest = Files.newOutputStream(log, StandardOpenOption.APPEND)) {
            ConsoleLogs.trim(log);
            guest.write("newest\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
        var text = Files.readString(log);
        assertTrue(text.endsWith("new\nnewest\n"));
        assertEquals((512 << 10) + "newest\n".length(), text.length());
    }

    @Test
    void leavesAShortLogAndALinkAlone() throws IOException {
        var log = Files.writeString(folder.resolve("short.log"), "short");
        ConsoleLogs.trim(log);
        assertEquals("short", Files.readString(log));
        var other = Files.writeString(folder.resolve("other"), "x".repeat(2 << 20));
        var link = Files.createSymbolicLink(folder.resolve("link.log"), other);
        ConsoleLogs.trim(link);
        assertEquals(2 << 20, Files.size(other));
        ConsoleLogs.trim(folder.resolve("none.log"));
    }
}
