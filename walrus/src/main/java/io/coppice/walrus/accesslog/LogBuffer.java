package io.coppice.walrus.accesslog;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lines that were not put into their buckets yet. Holds so many at most: what comes beyond them is counted and lost, as the
 * log is kept as well as can be and never stands in the way of requests. With a folder, they outlive the process.
 * Thread-safe.
 */
public final class LogBuffer {
    private final int capacity;
    private final Optional<LogSpool> spool;
    private Map<Place, List<String>> lines = new HashMap<>();
    private int held;
    private long lost;

    private LogBuffer(int capacity, Optional<Path> folder) throws IOException {
        this.capacity = capacity;
        this.spool = folder.isPresent() ? Optional.of(LogSpool.open(folder.get(), this::hold)) : Optional.empty();
    }

    /**
     * Holds at most {@code capacity} lines, at first those that an earlier process left in {@code folder}; without a
     * folder they are in memory alone.
     */
    public static LogBuffer open(int capacity, Optional<Path> folder) throws IOException {
        return new LogBuffer(capacity, folder);
    }

    /** Where lines go, and the account whose requests they tell of: nobody else's bucket may get them. */
    public record Place(String accountId, LogTarget target) {}

    /** Lines that were taken out, and the files that they are in until they are in their buckets. */
    public record Batch(Map<Place, List<String>> lines, List<Path> files) {
        /** Says that the lines are where they go, or never will be. */
        public void done() {
            LogSpool.remove(files);
        }
    }

    /** Keeps a line for a place. */
    public synchronized void add(Place place, String line) {
        if (hold(place, line)) {
            spool.ifPresent(each -> each.add(place, line));
        }
    }

    /** Takes all that is held. */
    public synchronized Batch drain() {
        var taken = lines;
        lines = new HashMap<>();
        held = 0;
        return new Batch(taken, spool.map(LogSpool::turn).orElse(List.of()));
    }

    /** How many lines were lost since this was asked last. */
    public synchronized long takeLost() {
        var count = lost;
        lost = 0;
        return count;
    }

    private synchronized boolean hold(Place place, String line) {
        if (held == capacity) {
            lost++;
            return false;
        }
        held++;
        lines.computeIfAbsent(place, any -> new ArrayList<>()).add(line);
        return true;
    }
}
