package io.coppice.walrus.metadata;

import io.coppice.walrus.blob.BlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.jboss.logging.Logger;

/**
 * Reads blobs back and compares them with what was stored: length and CRC-32C. What is damaged is logged and listed, and
 * stays listed until it reads well again. A blob from before checksums were kept gets its checksum when it is first read,
 * so that rot from then on is found. What lies in rows is the database's to check, by its page checksums. Takes no input:
 * signal or timer, it goes on with what was unread the longest. Used by one thread.
 */
public final class Scrubber {
    private static final Logger LOG = Logger.getLogger(Scrubber.class);
    private static final int BATCH = 100;
    private static final int PIECE_BYTES = 1024 * 1024;

    private final BlobChecks checks;
    private final BlobStore store;
    private final Clock clock;
    private final Duration every;

    /**
     * Reads from {@code store}.
     *
     * @param every how often a blob is read
     */
    public Scrubber(BlobChecks checks, BlobStore store, Clock clock, Duration every) {
        this.checks = checks;
        this.store = store;
        this.clock = clock;
        this.every = every;
    }

    /** Keeps the scrubber from taking the disk from those who wait for an answer. */
    @FunctionalInterface
    public interface Pace {
        /** Called after so many bytes were read; returns when it may go on, or false when it shall end. */
        boolean keep(long bytes);
    }

    /** What one run did. */
    public record Run(long blobs, long bytes, long damaged) {}

    private record Reading(long length, long crc32c) {}

    /** Reads all that is due. */
    public Run run(Pace pace) throws IOException {
        var before = clock.instant().minus(every);
        var blobs = 0L;
        var bytes = 0L;
        var damaged = 0L;
        while (true) {
            var batch = checks.due(before, BATCH);
            for (var blob : batch) {
                var outcome = check(blob, pace);
                if (outcome.isEmpty()) {
                    return new Run(blobs, bytes, damaged);
                }
                blobs++;
                bytes += blob.sizeBytes();
                damaged += outcome.get() ? 0 : 1;
            }
            if (batch.size() < BATCH) {
                return new Run(blobs, bytes, damaged);
            }
        }
    }

    /** How much is due. */
    public BlobChecks.Backlog backlog() {
        Instant before = clock.instant().minus(every);
        return checks.backlog(before);
    }

    /** Whether a blob is well; empty when the scrubber shall end. */
    private Optional<Boolean> check(BlobChecks.Due blob, Pace pace) throws IOException {
        Optional<Reading> reading;
        try {
            reading = read(blob, pace);
            if (reading.isEmpty()) {
                return Optional.empty();
            }
        } catch (NoSuchFileException e) {
            return Optional.of(record(blob, OptionalLong.empty(), Optional.of("its bytes are gone")));
        }
        var found = reading.get();
        if (found.length() != blob.sizeBytes()) {
            var damage = "%d bytes where %d were stored".formatted(found.length(), blob.sizeBytes());
            return Optional.of(record(blob, OptionalLong.empty(), Optional.of(damage)));
        }
        if (blob.crc32c().isPresent() && blob.crc32c().getAsLong() != found.crc32c()) {
            return Optional.of(record(blob, OptionalLong.empty(), Optional.of("other bytes than were stored")));
        }
        return Optional.of(record(blob, OptionalLong.of(found.crc32c()), Optional.empty()));
    }

    private Optional<Reading> read(BlobChecks.Due blob, Pace pace) throws IOException {
        var buffer = ByteBuffer.allocate(PIECE_BYTES);
        var checksum = new CRC32C();
        var length = 0L;
        // One byte more than there should be: a file that grew is damaged too.
        try (var channel = store.open(blob.id(), 0, blob.sizeBytes() + 1)) {
            while (channel.read(buffer) >= 0) {
                buffer.flip();
                length += buffer.remaining();
                var piece = buffer.remaining();
                checksum.update(buffer);
                buffer.clear();
                if (!pace.keep(piece)) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(new Reading(length, checksum.getValue()));
    }

    /** True when the blob is well, or is missed by nobody. */
    private boolean record(BlobChecks.Due blob, OptionalLong crc32c, Optional<String> damage) {
        var inUse = checks.record(blob.id(), clock.instant(), crc32c, damage);
        if (damage.isPresent() && inUse) {
            LOG.errorf(
                    "blob %s is damaged: %s; restore its file from a backup, or delete the objects that the status of"
                            + " Walrus lists",
                    blob.id(), damage.get());
            return false;
        }
        return true;
    }
}
