package io.coppice.ebs.transfer;

import io.coppice.ebs.volume.LostSnapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLContext;

/**
 * All disks on their way. They are in memory only: who wants a transfer tells it again and again, so that one that a restart
 * forgot begins anew, and one that nobody asks about is forgotten. Thread-safe.
 */
public final class Transfers implements AutoCloseable {
    private static final Duration UNASKED = Duration.ofMinutes(10);
    /** Left for guests, which are stopped when there is nothing. */
    private static final long RESERVE_BYTES = 1L << 30;

    private final Transfer.Tools tools;
    private final Path folder;
    private final Limits limits;
    private final Clock clock;
    private final Map<String, Entry> all = new HashMap<>();

    private record Entry(Transfer transfer, Instant asked) {}

    /**
     * How far transfers go.
     *
     * @param atOnce how many are worked on at a time, 1 or more
     * @param objectBytes how large an object may be that is fetched
     * @param time how long one conversion may take
     */
    public record Limits(int atOnce, long objectBytes, Duration time) {}

    /**
     * Keeps what is under way in {@code folder}, which it empties first.
     *
     * @param disks what it reads and writes
     * @param lost brings back a snapshot that is to be read
     * @param trust whom it trusts where the object store speaks HTTPS
     */
    public Transfers(Path folder, StoredDisks disks, LostSnapshots lost, Limits limits, SSLContext trust, Clock clock)
            throws IOException {
        this.folder = Files.createDirectories(folder);
        this.limits = limits;
        this.clock = clock;
        try (var left = Files.newDirectoryStream(folder)) {
            for (var file : left) {
                Files.deleteIfExists(file);
            }
        }
        tools = new Transfer.Tools(
                new QemuImg(limits.time()),
                new ObjectStore(trust),
                disks,
                lost,
                this::requireForObject,
                this::require,
                new Semaphore(limits.atOnce()),
                folder);
    }

    private void requireForObject(long bytes) throws IOException {
        if (bytes > limits.objectBytes()) {
            throw new UnusableDiskException("the object has " + bytes + " bytes, more than the " + limits.objectBytes()
                    + " that can be imported here");
        }
        require(bytes);
    }

    private void require(long bytes) throws IOException {
        if (Files.getFileStore(folder).getUsableSpace() - RESERVE_BYTES < bytes) {
            throw new IOException("there is no room for " + bytes + " bytes more on the EBS controller now");
        }
    }

    synchronized TransferStatus advance(String id, TransferOrder order) {
        var now = clock.instant();
        forgetUnasked(now);
        var known = all.get(id);
        var transfer = known == null ? new Transfer(id, order.source(), tools) : known.transfer();
        all.put(id, new Entry(transfer, now));
        return transfer.advance(order);
    }

    private void forgetUnasked(Instant now) {
        all.values().removeIf(each -> {
            var unasked = each.asked().plus(UNASKED).isBefore(now);
            if (unasked) {
                each.transfer().end();
            }
            return unasked;
        });
    }

    synchronized void forget(String id) {
        var known = all.remove(id);
        if (known != null) {
            known.transfer().end();
        }
    }

    /** Ends all of them. */
    @Override
    public synchronized void close() {
        all.values().forEach(each -> each.transfer().end());
        all.clear();
    }
}
