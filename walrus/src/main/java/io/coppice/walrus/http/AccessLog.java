package io.coppice.walrus.http;

import io.coppice.walrus.accesslog.LogBuffer;
import io.coppice.walrus.accesslog.LogTarget;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.BucketSetting;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Gathers a line for every request to a bucket whose owner wants that, and puts them into the owner's other bucket every
 * while and at the end. Thread-safe.
 */
final class AccessLog implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(AccessLog.class);
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd-HH-mm-ss-", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final Store store;
    private final OwnWrites writes;
    private final LogBuffer buffer;
    private final Duration every;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("walrus-access-log").unstarted(this::loop);

    AccessLog(Store store, OwnWrites writes, LogBuffer buffer, Duration every) {
        this.store = store;
        this.writes = writes;
        this.buffer = buffer;
        this.every = every;
    }

    void start() {
        thread.start();
    }

    /** Tells of a visit whose answer is out. */
    void record(Visit visit, HttpServerResponse response) {
        var request = visit.request();
        if (request.isEmpty() || request.get().bucket().isEmpty()) {
            return;
        }
        try {
            bucket(visit, request.get()).ifPresent(bucket -> target(bucket)
                    .ifPresent(target -> add(bucket, target, visit, request.get(), response)));
        } catch (RuntimeException e) {
            // The answer is out: what is told of it afterwards must not fail it.
            LOG.debugf("a request is not in its bucket's access log: %s", e.toString());
        }
    }

    private void add(BucketRow bucket, LogTarget target, Visit visit, S3Request request, HttpServerResponse response) {
        var line =
                AccessLogLine.of(visit, request, bucket, response, store.clock().instant());
        buffer.add(new LogBuffer.Place(bucket.accountId(), target), line);
    }

    /** Of a request that was refused, or that a site answered, it was not kept which bucket it was for. */
    private Optional<BucketRow> bucket(Visit visit, S3Request request) {
        return visit.bucket().isPresent() || (visit.errorCode().equals("-") && !visit.website())
                ? visit.bucket()
                : find(request.bucket());
    }

    private Optional<BucketRow> find(String name) {
        return store.transactions().call(session -> store.buckets().find(session, name));
    }

    private static Optional<LogTarget> target(BucketRow bucket) {
        return bucket.setting(BucketSetting.LOGGING)
                .flatMap(text -> LogTarget.parse(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void close() {
        stopped.countDown();
        try {
            if (!thread.join(STOP_LIMIT)) {
                LOG.warn("the last lines of access logs are still being written");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        var last = false;
        while (!last) {
            last = awaitStop();
            flush();
        }
    }

    /** Puts all lines that were gathered into their buckets. */
    void flush() {
        var batch = buffer.drain();
        batch.lines().forEach(this::flush);
        batch.done();
        var lost = buffer.takeLost();
        if (lost > 0) {
            LOG.warnf("%d lines of access logs are lost: more came than coppice.walrus.access-log-lines", lost);
        }
    }

    private void flush(LogBuffer.Place place, List<String> lines) {
        var target = place.target();
        try {
            var bucket = find(target.bucket()).filter(found -> found.accountId().equals(place.accountId()));
            if (bucket.isEmpty()) {
                LOG.infof(
                        "%d lines of an access log are lost: account %s has no bucket %s",
                        lines.size(), place.accountId(), target.bucket());
                return;
            }
            var key = target.prefix()
                    + NAME.format(store.clock().instant())
                    + HexFormat.of()
                            .withUpperCase()
                            .toHexDigits(ThreadLocalRandom.current().nextLong());
            var text = String.join("\n", lines) + "\n";
            writes.put(bucket.get(), key, "text/plain", text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException | RuntimeException e) {
            // The boundary of the loop: the log of one bucket stands in the way of no other.
            LOG.warnf(e, "%d lines of an access log could not be put into %s", lines.size(), target.bucket());
        }
    }

    private boolean awaitStop() {
        try {
            return stopped.await(every.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
