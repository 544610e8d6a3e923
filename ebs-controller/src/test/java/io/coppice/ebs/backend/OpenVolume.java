package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.proto.ebs.v1.VolumeExport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A volume that is kept open, as a guest's QEMU keeps it, by a {@code qemu-io} that is told what to do. For one thread. */
final class OpenVolume implements AutoCloseable {
    private static final int DEADLINE_SECONDS = 60;

    private final Process process;
    private final Writer commands;
    private final BufferedReader answers;

    /** Each of its writes is durable when it is acknowledged. */
    OpenVolume(VolumeExport export) throws IOException {
        this(address(export), "writethrough");
    }

    private OpenVolume(String address, String cache) throws IOException {
        process = new ProcessBuilder(List.of("qemu-io", "-t", cache, "-f", "raw", address))
                .redirectErrorStream(true)
                .start();
        commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** What it writes it never asks to be made durable. */
    static OpenVolume unflushed(VolumeExport export) throws IOException {
        return new OpenVolume(address(export), "writeback");
    }

    /** Something else that QEMU opens, in the words of qemu(1). */
    static OpenVolume of(String address) throws IOException {
        return new OpenVolume(address, "writethrough");
    }

    /** Kills the storage daemon of this file; does nothing when it is not there, or just being started. */
    static void killDaemon(Path pidFile) throws IOException {
        try {
            ProcessHandle.of(Long.parseLong(Files.readString(pidFile).strip()))
                    .ifPresent(ProcessHandle::destroyForcibly);
        } catch (NoSuchFileException | NumberFormatException e) {
            return;
        }
    }

    static String address(VolumeExport export) {
        return "nbd+unix:///" + export.getName() + "?socket=" + export.getUnixPath();
    }

    /** Writes until it was acknowledged, as a guest does whose host lets it try again. */
    void write(int pattern, long offset, int bytes) throws IOException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!attempt("write -P %d %d %d".formatted(pattern, offset, bytes), "wrote ")) {
            assertTrue(System.nanoTime() < deadline, "the volume is not served again");
        }
    }

    /** Writes once; false when that was not acknowledged. */
    boolean writeOnce(int pattern, long offset, int bytes) throws IOException {
        return attempt("write -P %d %d %d".formatted(pattern, offset, bytes), "wrote ");
    }

    /** One attempt; the next one finds a volume that was cut off and is served again. */
    private boolean attempt(String command, String success) throws IOException {
        commands.write(command + "\n");
        commands.flush();
        while (true) {
            var line = answers.readLine();
            if (line == null) {
                throw new IOException("qemu-io ended at " + command);
            }
            if (line.contains(success)) {
                return true;
            }
            if (line.contains("failed")) {
                return false;
            }
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
