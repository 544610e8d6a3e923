package io.coppice.walrus.accesslog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lines that were not put into their buckets yet. Holds so many at most: what comes beyond them is counted and lost, as the
 * log is kept as well as can be and never stands in the way of requests. Thread-safe.
 */
public final class LogBuffer {
    private final int capacity;
    private Map<Place, List<String>> lines = new HashMap<>();
    private int held;
    private long lost;

    /** Holds at most {@code capacity} lines. */
    public LogBuffer(int capacity) {
        this.capacity = capacity;
    }

    /** Where lines go, and the account whose requests they tell of: nobody else's bucket may get them. */
    public record Place(String accountId, LogTarget target) {}

    /** Keeps a line for a place. */
    public synchronized void add(Place place, String line) {
        if (held == capacity) {
            lost++;
            return;
        }
        held++;
        lines.computeIfAbsent(place, any -> new ArrayList<>()).add(line);
    }

    /** Takes all that is held. */
    public synchronized Map<Place, List<String>> drain() {
        var taken = lines;
        lines = new HashMap<>();
        held = 0;
        return taken;
    }

    /** How many lines were lost since this was asked last. */
    public synchronized long takeLost() {
        var count = lost;
        lost = 0;
        return count;
    }
}
