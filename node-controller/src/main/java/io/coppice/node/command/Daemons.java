package io.coppice.node.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Ends processes that are no children of this one. Stateless. */
public final class Daemons {
    private static final Logger LOG = Logger.getLogger(Daemons.class);
    private static final long PAUSE_MILLIS = 5;

    private Daemons() {}

    /**
     * Asks a process to end and waits for that; kills it when it has not after the limit. Interrupted, it waits no longer.
     *
     * @param what names it in the log
     */
    public static void end(ProcessHandle process, String what, Duration limit) {
        process.destroy();
        var deadline = System.nanoTime() + limit.toNanos();
        try {
            while (isRunning(process)) {
                if (System.nanoTime() > deadline) {
                    LOG.warnf("%s did not end when asked: killing it", what);
                    process.destroyForcibly();
                    return;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One whose end nobody has taken note of has ended all the same: its command line is gone. Source: proc(5). */
    private static boolean isRunning(ProcessHandle process) {
        try {
            return process.isAlive()
                    && Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "cmdline")).length > 0;
        } catch (IOException e) {
            return false;
        }
    }
}
