package io.coppice.node.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Runs programs of the host to their end. Arguments go to the program as they are; no shell ever sees them. Thread-safe.
 */
public final class CommandRunner {
    private static final Logger LOG = Logger.getLogger(CommandRunner.class);
    private static final int MAXIMUM_OUTPUT_BYTES = 4 << 20;
    private static final Duration OUTPUT_GRACE = Duration.ofSeconds(2);

    private final Duration timeLimit;

    /** A runner whose programs are killed, children included, after {@code timeLimit}. */
    public CommandRunner(Duration timeLimit) {
        this.timeLimit = timeLimit;
    }

    /** Runs the program without input and throws {@link CommandException} unless it ends with 0; its standard output. */
    public String run(String... command) throws IOException {
        return runWithInput("", command);
    }

    /** As {@link #run}, with {@code input} on the program's standard input. */
    public String runWithInput(String input, String... command) throws IOException {
        var result = execute(input, command);
        if (!result.succeeded()) {
            throw new CommandException("%s ended with %d: %s"
                    .formatted(
                            String.join(" ", command),
                            result.exitCode(),
                            result.errors().strip()));
        }
        return result.output();
    }

    /** Runs the program and tells how it ended. Throws when it cannot be started or does not end in time. */
    public CommandResult execute(String input, String... command) throws IOException {
        var started = System.nanoTime();
        var process = launch(command);
        try {
            var output = collect(process.getInputStream());
            var errors = collect(process.getErrorStream());
            feed(process, input);
            if (!process.waitFor(timeLimit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new CommandException("%s did not end within %s".formatted(String.join(" ", command), timeLimit));
            }
            var result = new CommandResult(process.exitValue(), await(output), await(errors));
            LOG.tracef(
                    "%s ended with %d after %d ms",
                    List.of(command), result.exitCode(), (System.nanoTime() - started) / 1_000_000);
            return result;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(command[0] + " was interrupted", e);
        } finally {
            kill(process);
        }
    }

    private static Process launch(String... command) throws CommandException {
        try {
            return new ProcessBuilder(command).start();
        } catch (IOException e) {
            throw new CommandException(
                    command[0] + " cannot be started; is its package installed? (./coppice doctor tells)", e);
        }
    }

    private static void feed(Process process, String input) throws IOException {
        try (var stream = process.getOutputStream()) {
            stream.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // The program ended without reading all: its exit code tells more than a broken pipe.
            LOG.debugf(e, "a program did not read its input");
        }
    }

    private static CompletableFuture<String> collect(InputStream stream) {
        var text = new CompletableFuture<String>();
        Thread.ofVirtual().name("command-output").start(() -> {
            try (stream) {
                text.complete(new String(readBounded(stream), StandardCharsets.UTF_8));
            } catch (IOException e) {
                text.completeExceptionally(new UncheckedIOException(e));
            }
        });
        return text;
    }

    /** The first bytes; the rest is read and dropped, so that the program never blocks on a full pipe. */
    private static byte[] readBounded(InputStream stream) throws IOException {
        var kept = stream.readNBytes(MAXIMUM_OUTPUT_BYTES);
        stream.transferTo(OutputStream.nullOutputStream());
        return kept;
    }

    /** A program that went to the background may keep its output open: what is not there soon does not come. */
    private static String await(CompletableFuture<String> text) throws InterruptedException {
        try {
            return text.get(OUTPUT_GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.debugf(e, "the output of a program could not be read");
            return "";
        }
    }

    private static void kill(Process process) {
        if (process.isAlive()) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
