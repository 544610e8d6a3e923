package io.coppice.node.simulated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, simulated hosts would forget their guests at a restart, or their files would grow without end. */
class KeyedLogTest {
    @TempDir
    Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void choose() {
        file = folder.resolve("made-when-missing").resolve("host.log");
    }

    @Test
    void whatWasPutLastIsReadAfterARestart() throws IOException {
        var log = new KeyedLog(file);
        log.put("guest/a", bytes("first"));
        log.put("guest/a", bytes("second, which is longer"));
        log.put("guest/b", bytes(""));
        log.put("disk/a", bytes("8"));
        log.put("disk/b", bytes("9"));
        log.remove("disk/b");
        log.remove("disk/never");
        for (var each : List.of(log, new KeyedLog(file))) {
            assertEquals("second, which is longer", text(each, "guest/a"));
            assertEquals("", text(each, "guest/b"));
            assertEquals(Optional.empty(), each.get("disk/b"));
            assertEquals(List.of("a"), each.keys("disk/"));
            assertEquals(
                    List.of("a", "b"), each.keys("guest/").stream().sorted().toList());
        }
    }

    @Test
    void aRecordThatWasCutShortWasNeverPutAndHidesNothing() throws IOException {
        var log = new KeyedLog(file);
        log.put("a", bytes("whole"));
        var whole = Files.size(file);
        log.put("a", bytes("torn"));
        for (var cut = whole + 1; cut < whole + 16; cut++) {
            var torn = folder.resolve("torn-at-" + cut);
            Files.write(torn, java.util.Arrays.copyOf(Files.readAllBytes(file), (int) cut));
            assertEquals("whole", text(new KeyedLog(torn), "a"));
            new KeyedLog(torn).put("b", bytes("after"));
            assertEquals("after", text(new KeyedLog(torn), "b"));
        }
    }

    @Test
    void bytesThatAreNoRecordEndIt() throws IOException {
        new KeyedLog(file).put("a", bytes("whole"));
        Files.write(file, bytes("these bytes were written by nobody who knows the form"), StandardOpenOption.APPEND);
        assertEquals("whole", text(new KeyedLog(file), "a"));
    }

    @Test
    void theFileDoesNotGrowWithWhatIsPast() throws IOException {
        var log = new KeyedLog(file);
        var large = new byte[50_000];
        for (int i = 0; i < 400; i++) {
            large[0] = (byte) i;
            log.put("the same", large);
            log.put("another " + i, bytes("x"));
        }
        assertTrue(
                Files.size(file) < 3 << 20,
                () -> "of 20 MB in all, " + file.toFile().length() + " stay");
        for (var each : List.of(log, new KeyedLog(file))) {
            assertArrayEquals(large, each.get("the same").orElseThrow());
            assertEquals(400, each.keys("another ").size());
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(KeyedLog log, String key) throws IOException {
        return new String(log.get(key).orElseThrow(), StandardCharsets.UTF_8);
    }
}
