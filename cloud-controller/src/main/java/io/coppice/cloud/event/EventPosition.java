package io.coppice.cloud.event;

/**
 * Where a reader of the outbox is. Transactions are read in windows: all those of {@code low} up to but without
 * {@code high}, every one of which has ended; within a window events stand in the order they were written.
 *
 * <p>Two changes of one resource are never in windows of the wrong order: the second writer waited for the first one to
 * commit, so when the second became readable the first had been so already. Nothing is missed, either: a transaction
 * that is still open is not below {@code high}.
 *
 * @param low first transaction of the window
 * @param high first transaction after the window; equal to {@code low} before a window is opened
 * @param id the last event read in the window, 0 for none
 */
public record EventPosition(long low, long high, long id) {
    /** Before the oldest event that is kept. */
    public static final EventPosition START = new EventPosition(0, 0, 0);

    private static final int PARTS = 3;

    public EventPosition {
        if (low < 0 || high < low || id < 0) {
            throw new IllegalArgumentException("not a position: " + low + "." + high + "." + id);
        }
    }

    /** Reads what {@link #toString} wrote; throws {@link IllegalArgumentException} for anything else. */
    public static EventPosition parse(String text) {
        var parts = text.split("\\.", -1);
        if (parts.length != PARTS) {
            throw new IllegalArgumentException("not a position: " + text);
        }
        return new EventPosition(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
    }

    EventPosition at(long event) {
        return new EventPosition(low, high, event);
    }

    boolean open() {
        return high > low;
    }

    /** The text that clients give back; they should not read anything into it. */
    @Override
    public String toString() {
        return low + "." + high + "." + id;
    }
}
