package io.coppice.server;

import io.coppice.server.settings.DataFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How far a start has come, written by the server and read by the command that waits for it. A file, not a socket: it is
 * there before anything listens and after a start that failed. One line per finished step; a failure is the last line.
 */
public final class StartJournal {
    /** The name of the last step of a start that went well. */
    public static final String READY = "ready";

    private static final String STEP = "step\t";
    private static final String FAILURE = "failure\t";
    private static final int STEP_FIELDS = 3;

    private final Path file;

    public StartJournal(DataFolder folder) {
        this.file = folder.run().resolve("start-journal");
    }

    /** A finished step and the time it took. */
    public record Step(String name, Duration took) {}

    /** Forgets an earlier start. */
    public void begin() {
        write("", StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
    }

    /** Notes a finished step. */
    public void step(String name, Duration took) {
        write(STEP + took.toMillis() + "\t" + name + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Notes why the start ended. */
    public void failure(String cause, String fix) {
        write(
                FAILURE + oneLine(cause) + "\t" + oneLine(fix) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** The steps finished so far. */
    public List<Step> steps() {
        return lines().stream()
                .filter(line -> line.startsWith(STEP))
                .map(line -> line.split("\t", STEP_FIELDS))
                .filter(fields -> fields.length == STEP_FIELDS)
                .map(fields -> new Step(fields[2], Duration.ofMillis(Long.parseLong(fields[1]))))
                .toList();
    }

    /** Why the start ended, when it did. */
    public Optional<OperatorException> failure() {
        return lines().stream()
                .filter(line -> line.startsWith(FAILURE))
                .map(line -> line.split("\t", STEP_FIELDS))
                .filter(fields -> fields.length == STEP_FIELDS)
                .map(fields -> new OperatorException(fields[1], fields[2]))
                .findFirst();
    }

    private List<String> lines() {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(String text, StandardOpenOption... options) {
        try {
            Files.writeString(file, text, options);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}
