package io.coppice.server.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs one program with an argument array, a time limit and a bound on what is kept of its output. Never a shell.
 * Thread-safe.
 */
public final class HostCommand {
    private static final int MAX_OUTPUT_BYTES = 256 * 1024;
    private static final int NOT_FOUND = 127;
    private static final int TIMED_OUT = 124;

    private HostCommand() {}

    /**
     * How a program ended.
     *
     * @param exitCode its exit code; 124 when the time limit was reached, 127 when there is no such program
     * @param output what it wrote, both streams, at most 256 KiB
     */
    public record Result(int exitCode, String output) {
        public boolean succeeded() {
            return exitCode == 0;
        }

        /** The last line that says something: mostly the reason of a failure. */
        public String lastLine() {
            return output.lines().filter(line -> !line.isBlank()).reduce("", (first, second) -> second);
        }
    }

    /** Runs it with nothing on its input. */
    public static Result run(Duration limit, String... arguments) {
        return run(limit, Map.of(), "", List.of(arguments));
    }

    /** Runs it with more environment variables and a text on its input. */
    public static Result run(Duration limit, Map<String, String> environment, String input, List<String> arguments) {
        var builder = new ProcessBuilder(arguments).redirectErrorStream(true);
        builder.environment().putAll(environment);
        try {
            var process = builder.start();
            var output = new ByteArrayOutputStream();
            var reader = Thread.startVirtualThread(() -> drain(process.getInputStream(), output));
            try (var sink = process.getOutputStream()) {
                sink.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // A program that does not read its input may end before it is written: its exit code tells.
                output.write(new byte[0], 0, 0);
            }
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                return new Result(TIMED_OUT, arguments.getFirst() + " did not end within " + limit.toSeconds() + " s");
            }
            // A background child that keeps the pipe open must not hold us up.
            reader.join(Duration.ofSeconds(1));
            synchronized (output) {
                return new Result(process.exitValue(), output.toString(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            return new Result(NOT_FOUND, "cannot run " + arguments.getFirst() + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Result(TIMED_OUT, "interrupted");
        }
    }

    /** Where a program lies on the search path, plus the folders of system programs that users' paths often lack. */
    public static boolean exists(String program) {
        var path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin";
        for (var folder : path.split(":", -1)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    private static void drain(InputStream source, ByteArrayOutputStream target) {
        var buffer = new byte[8192];
        try {
            for (int count = source.read(buffer); count >= 0; count = source.read(buffer)) {
                synchronized (target) {
                    target.write(buffer, 0, Math.min(count, MAX_OUTPUT_BYTES - target.size()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
