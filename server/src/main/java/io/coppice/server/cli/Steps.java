package io.coppice.server.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Prints one line per step with the time it took. */
public final class Steps {
    private static final int NAME_WIDTH = 52;

    private final PrintWriter out;

    public Steps(PrintWriter out) {
        this.out = out;
    }

    /** Does the work, then prints its line; a failure prints its line too and is passed on. */
    public <T> T run(String name, Callable<T> work) throws Exception {
        var begun = System.nanoTime();
        try {
            var result = work.call();
            done(name, Duration.ofNanos(System.nanoTime() - begun));
            return result;
        } catch (Exception e) {
            line("✗", name, Duration.ofNanos(System.nanoTime() - begun));
            throw e;
        }
    }

    /** Prints the line of a step that was done elsewhere. */
    public void done(String name, Duration took) {
        line("✓", name, took);
    }

    /** Prints something worth knowing. */
    public void note(String text) {
        out.println("  " + text);
        out.flush();
    }

    private void line(String mark, String name, Duration took) {
        out.printf(Locale.ROOT, "%s %-" + NAME_WIDTH + "s %6.2f s%n", mark, name, took.toMillis() / 1000.0);
        out.flush();
    }
}
