package io.coppice.ebs.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel says of processes of this machine. Source: proc(5). Stateless. */
final class ProcessFiles {
    private static final Path PROC = Path.of("/proc");
    private static final int THREADS = 17;

    private ProcessFiles() {}

    /** The command that a process was started with; empty while it ends. Throws when there is no such process. */
    static String command(long pid) throws IOException {
        return Files.readString(PROC.resolve(Long.toString(pid)).resolve("cmdline"));
    }

    /**
     * Whether a process that was killed is on its way out still. It has no command any more, but files that it had open stay
     * open, and locked, until its last thread has ended and nothing is left of it than its exit value.
     */
    static boolean isEnding(long pid) {
        try {
            if (!command(pid).isEmpty()) {
                return false;
            }
            var stat = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
            // Behind the name, which may hold anything: the state, and as the 18th the number of threads.
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            var over = "ZX".contains(fields[0]) && Integer.parseInt(fields[THREADS]) <= 1;
            return !over;
        } catch (IOException e) {
            // It is gone.
            return false;
        }
    }
}
