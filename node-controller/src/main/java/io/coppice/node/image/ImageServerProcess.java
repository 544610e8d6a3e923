package io.coppice.node.image;

import io.coppice.foundation.pki.AuthorityTrust;
import io.coppice.node.image.serve.ArrivalFolder;
import io.coppice.node.image.serve.ImageServer;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The process that serves one image while it arrives ({@link ImageServer}), seen from outside: it runs on its own, beyond
 * the end of this one, and is found again by its folder.
 */
record ImageServerProcess(ArrivalFolder folder) {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
    private static final long LONGEST_LOG_BYTES = 1 << 20;

    /** The process, if it runs. */
    Optional<ProcessHandle> find() throws IOException {
        try {
            var pid = Long.parseLong(Files.readString(folder.pid()).strip());
            // The number may have gone to another process meanwhile.
            return ProcessHandle.of(pid).filter(each -> isOurs(each.pid()));
        } catch (NoSuchFileException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private boolean isOurs(long pid) {
        try {
            var command = List.of(Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"))
                    .split("\0", -1));
            return command.contains(ImageServer.class.getName())
                    && command.contains(folder.path().toString());
        } catch (IOException e) {
            // It ended in this moment, or is only waiting to be taken note of.
            return false;
        }
    }

    /** Starts it and does not wait. Two at a time are harmless: the second one ends at once. */
    Process start() throws IOException {
        // Of one that has died: who finds it would believe that somebody listens.
        Files.deleteIfExists(folder.socket());
        if (Files.exists(folder.log()) && Files.size(folder.log()) > LONGEST_LOG_BYTES) {
            Files.delete(folder.log());
        }
        var log = ProcessBuilder.Redirect.appendTo(folder.log().toFile());
        var builder = new ProcessBuilder(command())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(log)
                .redirectError(log);
        builder.environment().putAll(Map.of("MALLOC_ARENA_MAX", "2"));
        return builder.start();
    }

    /** In a session of its own, so that what ends this process's terminal does not end it. */
    private List<String> command() throws IOException {
        return List.of(
                "setsid",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xms16m",
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djdk.nio.maxCachedBufferSize=1048576",
                "-cp",
                codeOf(ImageServer.class) + File.pathSeparator + codeOf(AuthorityTrust.class),
                ImageServer.class.getName(),
                folder.path().toString());
    }

    private static Path codeOf(Class<?> type) throws IOException {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IOException("this program does not know where it lies", e);
        }
    }

    /** Ends it at once; returns when it is gone. */
    void stop() throws IOException {
        var running = find();
        if (running.isEmpty()) {
            return;
        }
        running.get().destroyForcibly();
        try {
            running.get().onExit().get(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException("the process that serves an image does not end: its disk may hang", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new java.io.InterruptedIOException("interrupted while the process that serves an image should end");
        }
    }
}
