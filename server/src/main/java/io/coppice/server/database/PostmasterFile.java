package io.coppice.server.database;

import io.coppice.server.ProcessMark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@code postmaster.pid} says of a running PostgreSQL: line 1 its pid, line 4 its port, line 8 its state
 * (PostgreSQL's source, {@code utils/pidfile.h}).
 *
 * @param port 1 to 65,535
 * @param ready whether it takes connections
 */
record PostmasterFile(long pid, int port, boolean ready) {
    private static final int PORT_LINE = 3;
    private static final int STATE_LINE = 7;

    /** Reads the file of a data folder; empty when nothing runs there, also when the file is a crash's remains. */
    static Optional<PostmasterFile> read(Path dataFolder) {
        try {
            var lines = Files.readAllLines(dataFolder.resolve("postmaster.pid"));
            if (lines.size() <= PORT_LINE) {
                return Optional.empty();
            }
            var pid = Long.parseLong(lines.getFirst().strip());
            if (!runsIn(pid, dataFolder)) {
                return Optional.empty();
            }
            var ready =
                    lines.size() > STATE_LINE && lines.get(STATE_LINE).strip().equals("ready");
            return Optional.of(new PostmasterFile(
                    pid, Integer.parseInt(lines.get(PORT_LINE).strip()), ready));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** PostgreSQL's working directory is its data folder, so a recycled pid is not mistaken for it. */
    private static boolean runsIn(long pid, Path dataFolder) {
        try {
            return ProcessMark.of(pid).isPresent()
                    && Files.isSameFile(Path.of("/proc", Long.toString(pid), "cwd"), dataFolder);
        } catch (IOException e) {
            return false;
        }
    }
}
