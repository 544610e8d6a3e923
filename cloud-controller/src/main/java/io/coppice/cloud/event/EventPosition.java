package io.coppice.cloud.event;

/**
 * Where a reader of the outbox is. Positions are given to events that are committed, in one line, so whoever has read up
 * to a position has missed nothing before it.
 *
 * @param value of the last event read, 0 for none
 */
public record EventPosition(long value) {
    /** Before the oldest event that is kept. */
    public static final EventPosition START = new EventPosition(0);

    public EventPosition {
        if (value < 0) {
            throw new IllegalArgumentException("not a position: " + value);
        }
    }

    /** Reads what {@link #toString} wrote; throws {@link IllegalArgumentException} for anything else. */
    public static EventPosition parse(String text) {
        return new EventPosition(Long.parseLong(text));
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
