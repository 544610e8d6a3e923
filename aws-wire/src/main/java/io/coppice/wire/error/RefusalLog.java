package io.coppice.wire.error;

import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Writes one INFO line for each request that was refused, so that a request id from a client's error leads to its cause.
 * A client that is refused in a loop cannot wash everything else out of the log: after so many lines in a minute the rest
 * is only counted. Thread-safe.
 */
public final class RefusalLog {
    private static final int LONGEST_TEXT = 300;

    private final Consumer<String> log;
    private final int perMinute;
    private final Clock clock;

    private final ReentrantLock lock = new ReentrantLock();
    private long minute;
    private int written;
    private long leftOut;

    /**
     * @param log takes one line, at INFO
     * @param perMinute how many lines a minute at most; 0 writes none
     */
    public RefusalLog(Consumer<String> log, int perMinute, Clock clock) {
        this.log = log;
        this.perMinute = perMinute;
        this.clock = clock;
    }

    /**
     * Notes a refusal.
     *
     * @param requestId as the client was told
     * @param what the request in a few words, for example its action; the client's words are made harmless
     * @param account the caller's, or {@code -} when it is not known
     */
    public void refused(String requestId, String what, String account, AwsException error) {
        var omitted = claim();
        if (omitted < 0) {
            return;
        }
        if (omitted > 0) {
            log.accept(
                    omitted + " more refused requests were not logged: they were more than " + perMinute + " a minute");
        }
        log.accept("request " + requestId + " " + harmless(what) + " of account " + account + " refused: "
                + error.status() + " " + error.code() + ": " + harmless(String.valueOf(error.getMessage())));
    }

    /** How many were left out before this one; negative when this one is left out too. */
    private long claim() {
        lock.lock();
        try {
            var now = TimeUnit.MILLISECONDS.toMinutes(clock.millis());
            if (now != minute) {
                minute = now;
                written = 0;
            }
            if (written >= perMinute) {
                leftOut++;
                return -1;
            }
            written++;
            var omitted = leftOut;
            leftOut = 0;
            return omitted;
        } finally {
            lock.unlock();
        }
    }

    /** One line without control characters, of a bounded length. */
    private static String harmless(String text) {
        var kept = text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) + "…" : text;
        return kept.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", " ");
    }
}
