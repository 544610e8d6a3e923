package io.coppice.server.bench.s3;

/**
 * What came of one row against one peer in one round.
 *
 * @param row by its name in {@link S3Row}
 * @param requests how many were answered well within the time that was measured
 * @param errors how many were not
 * @param seconds how long was measured
 * @param medianMillis of one request
 * @param p99Millis of one request
 * @param serverMicros processor time of the server's processes for one request; 0 when they are not known
 * @param flushes of the disk for one request, of the whole machine (a write without one is not durable)
 * @param firstError what the first bad answer said; empty when there was none
 */
public record S3Figure(
        String row,
        long requests,
        long errors,
        double seconds,
        double medianMillis,
        double p99Millis,
        double serverMicros,
        double flushes,
        String firstError) {
    /** In the unit of its row. */
    double value() {
        var which = S3Row.valueOf(row);
        if (which.tellsTime()) {
            return medianMillis;
        }
        var each = which.countsBytes() ? (double) which.bytes() / S3Row.Sizes.MEDIUM : 1;
        return requests * each / seconds;
    }
}
