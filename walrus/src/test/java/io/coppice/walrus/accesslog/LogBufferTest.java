package io.coppice.walrus.accesslog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, a Walrus that is killed would lose lines of access logs, or put them into the wrong bucket. */
class LogBufferTest {
    private static final LogBuffer.Place LOGS = new LogBuffer.Place("111111111111", new LogTarget("logs", "a\tb/ü\n"));
    private static final LogBuffer.Place OTHERS = new LogBuffer.Place("222222222222", new LogTarget("others", ""));

    @TempDir
    Path folder;

    @Test
    void whatAKilledProcessGatheredIsFoundByTheNextOne() throws IOException {
        var killed = open(10);
        killed.add(LOGS, "one");
        killed.add(OTHERS, "two \"with\ttab\"");
        // Taken out, but the process dies before they are in their bucket.
        killed.drain();
        killed.add(LOGS, "three");

        var next = open(10);
        next.add(LOGS, "four");
        var batch = next.drain();
        assertEquals(
                Map.of(LOGS, Set.of("one", "three", "four"), OTHERS, Set.of("two \"with\ttab\"")),
                batch.lines().entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, each -> Set.copyOf(each.getValue()))));
        batch.done();
        assertEquals(Map.of(), open(10).drain().lines(), "lines come twice");
        assertEquals(0, files());
    }

    @Test
    void moreThanFitsIsCountedAndLost() throws IOException {
        var small = open(2);
        for (var line : List.of("a", "b", "c")) {
            small.add(LOGS, line);
        }
        assertEquals(1, small.takeLost());
        assertEquals(List.of("a", "b"), small.drain().lines().get(LOGS));
        small.add(LOGS, "d");
        assertEquals(List.of("d"), small.drain().lines().get(LOGS));
    }

    @Test
    void aLineThatWasCutShortIsLeftOut() throws IOException {
        Files.writeString(folder.resolve("old.lines"), "111111111111\tlogs\t\twhole\n111111111111\tlo");
        assertEquals(
                Map.of(new LogBuffer.Place("111111111111", new LogTarget("logs", "")), List.of("whole")),
                open(10).drain().lines());
    }

    private LogBuffer open(int capacity) throws IOException {
        return LogBuffer.open(capacity, Optional.of(folder));
    }

    private int files() throws IOException {
        try (var files = Files.list(folder)) {
            return (int) files.count();
        }
    }
}
