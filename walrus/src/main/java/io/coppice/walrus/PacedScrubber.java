package io.coppice.walrus;

import io.coppice.walrus.metadata.BlobChecks;
import io.coppice.walrus.metadata.Scrubber;
import java.time.Duration;
import java.util.stream.Collectors;

/** Runs the scrubber, never faster than so many bytes a second, and tells what it finds. Runs on one thread; asked by any. */
final class PacedScrubber implements BackgroundLoop.Work {
    /** Between two runs, each of which reads what is due. */
    static final Duration PAUSE = Duration.ofMinutes(10);

    private static final int LISTED = 20;
    private static final long MIB = 1024L * 1024;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Scrubber scrubber;
    private final BlobChecks checks;
    private final long bytesPerSecond;
    private volatile String damaged = "";
    private volatile long readBytes;

    PacedScrubber(Scrubber scrubber, BlobChecks checks, long bytesPerSecond) {
        this.scrubber = scrubber;
        this.checks = checks;
        this.bytesPerSecond = Math.max(1, bytesPerSecond);
    }

    @Override
    public String run(BackgroundLoop loop) throws Exception {
        damaged = list();
        var backlog = scrubber.backlog();
        loop.tell("%d blobs of %d MiB to read".formatted(backlog.blobs(), backlog.bytes() / MIB));
        var run = scrubber.run(bytes -> keepPace(loop, bytes));
        damaged = list();
        return "read %d blobs of %d MiB, %d damaged".formatted(run.blobs(), run.bytes() / MIB, run.damaged());
    }

    /** How much was read since the start. */
    String progress() {
        return readBytes / MIB + " MiB read since the start";
    }

    /** Damaged blobs with the objects that they belong to, one a line, as of the last run; empty when there is none. At most 20. */
    String damaged() {
        return damaged;
    }

    private boolean keepPace(BackgroundLoop loop, long bytes) {
        readBytes += bytes;
        return !loop.awaitStop(Duration.ofNanos((long) (NANOS_PER_SECOND * bytes / bytesPerSecond)));
    }

    private String list() {
        return checks.damaged(LISTED).stream()
                .map(each -> "%s since %s: %s, blob %s"
                        .formatted(
                                each.object().orElse("an upload or an image"), each.since(), each.damage(), each.id()))
                .collect(Collectors.joining("\n"));
    }
}
