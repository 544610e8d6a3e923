package io.coppice.cloud.compute;

import io.coppice.cloud.volume.VolumeAttachments;
import io.coppice.wire.query.WrittenStructure;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Instances as lists describe them, kept with everything that the description was made of: it is good for as long as
 * that is the same, so nobody is told what was. Who asks brings what the database says now; nothing has to be invalidated,
 * and several processes need not know of each other. Bounded by bytes; when it is full, what was not asked for lately makes
 * room, and nothing else does, so that a list that does not fit is still half found. Thread-safe.
 */
final class WrittenInstances {
    /** Beside its XML, what one entry takes: about. */
    private static final long ENTRY_BYTES = 400;
    /** What was asked for within it is part of a list that is being read again and again. */
    private static final Duration LATELY = Duration.ofSeconds(5);

    private final long mostBytes;
    private final LongSupplier nanoTime;
    /** The one that was not asked for longest first. */
    private final LinkedHashMap<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    private long bytes;

    /**
     * What a description is made of.
     *
     * @param rows the versions of the instance's row and of the rows of its interfaces
     */
    record Version(String rows, Map<String, String> tags, List<VolumeAttachments.Held> volumes) {}

    private static final class Entry {
        private final Version version;
        private final WrittenStructure written;
        private long askedNanos;

        Entry(Version version, WrittenStructure written, long askedNanos) {
            this.version = version;
            this.written = written;
            this.askedNanos = askedNanos;
        }

        long bytes() {
            return written.size() + ENTRY_BYTES;
        }
    }

    /**
     * An empty one.
     *
     * @param mostBytes 0 keeps nothing
     * @param nanoTime as {@link System#nanoTime}
     */
    WrittenInstances(long mostBytes, LongSupplier nanoTime) {
        this.mostBytes = mostBytes;
        this.nanoTime = nanoTime;
    }

    /** The description that was made of this very version; null when none was, or it was not kept. */
    synchronized @Nullable WrittenStructure find(String id, Version version) {
        var entry = entries.get(id);
        if (entry == null || !entry.version.equals(version)) {
            return null;
        }
        entry.askedNanos = nanoTime.getAsLong();
        return entry.written;
    }

    /** Keeps a description, in place of one of another version. */
    synchronized void keep(String id, Version version, WrittenStructure written) {
        var now = nanoTime.getAsLong();
        var entry = new Entry(version, written, now);
        remove(id);
        while (bytes + entry.bytes() > mostBytes) {
            var eldest = entries.firstEntry();
            if (eldest == null || now - eldest.getValue().askedNanos < LATELY.toNanos()) {
                return;
            }
            remove(eldest.getKey());
        }
        entries.put(id, entry);
        bytes += entry.bytes();
    }

    private void remove(String id) {
        var removed = entries.remove(id);
        if (removed != null) {
            bytes -= removed.bytes();
        }
    }

    /** How many bytes they take, about. */
    synchronized long bytes() {
        return bytes;
    }
}
