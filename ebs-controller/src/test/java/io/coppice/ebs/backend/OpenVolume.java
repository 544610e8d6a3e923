package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.proto.ebs.v1.VolumeExport;
import io.coppice.support.CephUnderTest;
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
    private static final String PROMPT = "qemu-io> ";

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

    static String address(VolumeExport export) throws IOException {
        if (export.hasCephImage()) {
            var ceph = CephUnderTest.get();
            var image = export.getCephImage();
            return "rbd:%s/%s:conf=%s:id=%s".formatted(image.getPool(), image.getImage(), ceph.conf(), ceph.user());
        }
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

    /** Reads; false when what is there is not made of {@code pattern}. */
    boolean holds(int pattern, long offset, int bytes) throws IOException {
        return attempt("read -P %d %d %d".formatted(pattern, offset, bytes), "read " + bytes + "/");
    }

    /** As QEMU is told that its disk has grown; false when the disk has not. */
    boolean resized(long bytes) throws IOException {
        commands.write("truncate " + bytes + "\n");
        commands.flush();
        // It says nothing. Of two lines that come together qemu-io reads the second one only when a third one comes.
        awaitPrompt();
        awaitPrompt();
        return attempt("read %d 512".formatted(bytes - 512), "read 512/");
    }

    /** The one after the command before, or that after the last one. */
    private void awaitPrompt() throws IOException {
        var seen = new StringBuilder();
        while (!seen.toString().endsWith(PROMPT)) {
            var next = answers.read();
            if (next < 0) {
                throw new IOException("qemu-io ended");
            }
            seen.append((char) next);
        }
    }

    /** Says what is to be done, and does not wait for it. */
    void begin(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
    }

    /** One attempt; the next one finds a volume that was cut off and is served again. */
    private boolean attempt(String command, String success) throws IOException {
        begin(command);
        while (true) {
            var line = answers.readLine();
            if (line == null) {
                throw new IOException("qemu-io ended at " + command);
            }
            if (line.contains(success)) {
                return true;
            }
            // The driver of Ceph has its own words before the answer: taken for it, the next answer would be this
            // one's.
            if (line.contains("failed") && !line.contains("rbd request failed")) {
                return false;
            }
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
