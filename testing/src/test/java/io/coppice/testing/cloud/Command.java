package io.coppice.testing.cloud;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs of the machine for tests: argument arrays only, with a time limit, output kept. */
public final class Command {
    private Command() {}

    /**
     * How a program ended.
     *
     * @param status its exit status
     * @param output what it wrote, standard output and errors together
     */
    public record Result(List<String> command, int status, String output) {
        /** This result when the program ended well, else an error with all that it said. */
        public Result orFail() {
            if (status != 0) {
                throw new AssertionError(String.join(" ", command) + " ended with " + status + ":\n" + output);
            }
            return this;
        }
    }

    /** Runs a program to its end; fails when it takes longer than the limit. */
    public static Result run(Duration limit, Map<String, String> environment, List<String> command) {
        return run(limit, environment, Path.of(""), command);
    }

    /**
     * Runs a program in a folder to its end; fails when it takes longer than the limit. Of this process's environment it
     * gets everything but AWS's settings, which would speak of another cloud.
     */
    public static Result run(Duration limit, Map<String, String> environment, Path folder, List<String> command) {
        try {
            // A file and not a pipe: a server that the program leaves behind must not keep us waiting for the pipe's
            // end.
            var output = Files.createTempFile("coppice-test", ".out");
            try {
                var builder = new ProcessBuilder(command)
                        .directory(folder.toAbsolutePath().toFile())
                        .redirectErrorStream(true)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(output.toFile());
                builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
                builder.environment().putAll(environment);
                var process = builder.start();
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError(String.join(" ", command) + " did not end within " + limit + ":\n"
                            + Files.readString(output));
                }
                return new Result(command, process.exitValue(), Files.readString(output));
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command.getFirst(), e);
        }
    }
}
