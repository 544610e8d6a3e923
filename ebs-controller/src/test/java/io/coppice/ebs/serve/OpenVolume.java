package io.coppice.ebs.serve;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A {@code qemu-io} that keeps a volume open, as a guest's QEMU does. For one thread. */
final class OpenVolume implements AutoCloseable {
    private final Process process;
    private final Writer commands;
    private final BufferedReader answers;

    OpenVolume(List<String> command) throws IOException {
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Whether it could do this, and read what it should. */
    boolean succeeds(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
        while (true) {
            var line = answers.readLine();
            if (line == null || line.contains("ailed")) {
                return false;
            }
            if (line.contains("ops; ")) {
                return true;
            }
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
