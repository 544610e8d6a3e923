package io.coppice.server.process;

import io.coppice.server.OperatorException;
import io.coppice.server.ProcessMark;
import io.coppice.server.database.EmbeddedPostgres;
import io.coppice.server.settings.DataFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The server process of one cloud as the command line sees it: started, found by its pid file, stopped. */
public final class BackgroundServer {
    private static final String PID_FILE = "server.pid";

    private final DataFolder folder;

    public BackgroundServer(DataFolder folder) {
        this.folder = folder;
    }

    /** The pid of the server when it runs, as this process sees it: a host in a namespace counts its own. */
    public Optional<Long> pid() {
        return ProcessMark.read(folder.run().resolve(PID_FILE)).flatMap(ProcessMark::pidHere);
    }

    /** Whether a pid file is there whose process is not: the remains of a crash. */
    public boolean left() {
        var file = folder.run().resolve(PID_FILE);
        return Files.exists(file) && pid().isEmpty();
    }

    /**
     * Starts the server in a session of its own, so that it outlives this command and its terminal. Its output goes to
     * {@code logs/server.out}.
     */
    public Process start() {
        try {
            Files.createDirectories(folder.logs());
            var command = new ArrayList<>(List.of("setsid"));
            command.addAll(JavaCommand.server(folder));
            return builder(command)
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(folder.logs().resolve("server.out").toFile())
                    .start();
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot start the server process: " + e.getMessage(),
                    "Check that setsid (util-linux) is installed and the data folder is writable.",
                    e);
        }
    }

    private static ProcessBuilder builder(List<String> command) {
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(JavaCommand.environment());
        return builder;
    }

    /** Starts the server as a child that shares this terminal. */
    public Process startInForeground() {
        try {
            return builder(JavaCommand.server(folder)).inheritIO().start();
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot start the server process: " + e.getMessage(), "Check the Java runtime in JAVA_HOME.", e);
        }
    }

    /** Asks the server to end and waits; returns whether it is gone, with its PostgreSQL. */
    public boolean stop(Duration limit) {
        var pid = pid();
        if (pid.isPresent()) {
            ProcessHandle.of(pid.get()).ifPresent(ProcessHandle::destroy);
            if (!Waiting.until(limit, () -> pid().isEmpty())) {
                return false;
            }
        }
        try {
            Files.deleteIfExists(folder.run().resolve(PID_FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // A killed server leaves its database running.
        return EmbeddedPostgres.of(folder).stop(limit);
    }
}
