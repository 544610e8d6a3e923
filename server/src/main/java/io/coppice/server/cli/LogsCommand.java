package io.coppice.server.cli;

import io.coppice.foundation.role.RoleName;
import io.coppice.server.OperatorException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the end of a log file, and what is added to it. */
@Command(
        name = "logs",
        description = "Show the log of one role, or of the whole server.",
        footerHeading = "%nExamples:%n",
        footer = {"  ./coppice logs", "  ./coppice logs nc --follow"})
final class LogsCommand extends CloudCommand {
    private static final int TAIL_BYTES = 16 * 1024;
    private static final long POLL_MILLIS = 300;

    @Parameters(
            arity = "0..1",
            paramLabel = "ROLE",
            description = "clc, cc, nc, walrus, ebs or postgres; all when absent.")
    private @Nullable String role;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on showing what is added, until Ctrl-C.")
    private boolean follow;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var file = file();
        out().println("==> " + file);
        long position = Math.max(0, Files.size(file) - TAIL_BYTES);
        position = print(file, position, position > 0);
        while (follow) {
            Thread.sleep(POLL_MILLIS);
            // A rotated file starts again from its beginning.
            position = Files.exists(file) && Files.size(file) < position ? 0 : position;
            position = print(file, position, false);
        }
        return 0;
    }

    private Path file() throws IOException {
        var logs = folder().logs();
        var file =
                role == null ? logs.resolve("server.log") : role.equals("postgres") ? newestPostgres(logs) : of(role);
        if (!Files.exists(file)) {
            throw new OperatorException("there is no " + file, "Start the cloud with \"coppice up\" first.");
        }
        return file;
    }

    private Path of(String name) {
        try {
            return folder().logs().resolve(RoleName.parse(name).longName() + ".log");
        } catch (IllegalArgumentException e) {
            throw new OperatorException(String.valueOf(e.getMessage()), "Name a role, or none for the whole log.", e);
        }
    }

    private static Path newestPostgres(Path logs) throws IOException {
        var newest = logs.resolve("postgresql-start.log");
        try (var files = Files.newDirectoryStream(logs, "postgresql-*.log")) {
            for (var file : files) {
                if (!Files.exists(newest)
                        || Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(newest)) > 0) {
                    newest = file;
                }
            }
        }
        return newest;
    }

    private long print(Path file, long from, boolean dropPartialLine) throws IOException {
        if (!Files.exists(file)) {
            return from;
        }
        try (var reader = new RandomAccessFile(file.toFile(), "r")) {
            reader.seek(from);
            var bytes = new byte[(int) Math.min(Integer.MAX_VALUE / 2, reader.length() - from)];
            reader.readFully(bytes);
            var text = new String(bytes, StandardCharsets.UTF_8);
            out().print(dropPartialLine ? text.substring(text.indexOf('\n') + 1) : text);
            out().flush();
            return from + bytes.length;
        }
    }
}
