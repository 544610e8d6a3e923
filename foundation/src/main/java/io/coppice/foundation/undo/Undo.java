package io.coppice.foundation.undo;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jboss.logging.Logger;

/**
 * Takes local steps back, newest first, unless the whole was committed.
 *
 * <pre>{@code
 * try (var undo = Undo.begin()) {
 *     bridge.add(tap);
 *     undo.add("remove tap from bridge", () -> bridge.remove(tap));
 *     …
 *     undo.commit();
 * }
 * }</pre>
 *
 * A step that cannot be taken back is logged and does not keep the others from being taken back. Not thread-safe: one
 * block of one thread owns it.
 */
public final class Undo implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Undo.class);

    private final Deque<Step> steps = new ArrayDeque<>();

    private Undo() {}

    /** Nothing to take back so far. */
    public static Undo begin() {
        return new Undo();
    }

    /** Remembers how to take back the step that was just done; {@code what} is for the log. */
    public void add(String what, Action action) {
        steps.push(new Step(what, action));
    }

    /** Everything succeeded: closing takes nothing back any more. */
    public void commit() {
        steps.clear();
    }

    /** Takes back what was added and not committed. Never throws. */
    @Override
    @SuppressWarnings("CatchAndPrintStackTrace")
    public void close() {
        while (!steps.isEmpty()) {
            var step = steps.pop();
            try {
                step.action().run();
            } catch (Exception e) {
                LOG.warnf(e, "could not undo: %s", step.what());
            }
        }
    }

    /** A step back. */
    @FunctionalInterface
    public interface Action {
        /** Takes the step back; what it throws is logged. */
        void run() throws Exception;
    }

    private record Step(String what, Action action) {}
}
