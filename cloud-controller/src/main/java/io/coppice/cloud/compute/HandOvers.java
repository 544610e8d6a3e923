package io.coppice.cloud.compute;

import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a zone was handed and has not said a word about yet. Kept in memory, since in the database each hand-over would be
 * one more version of an instance's row, with all its index entries, for something that the next report says anyway. Should
 * it be lost, the same is handed over once more, which changes nothing. Bounded. Thread-safe.
 */
final class HandOvers {
    private final int most;
    /** The one that was handed over longest ago first. */
    private final LinkedHashMap<String, HandOver> byInstance = new LinkedHashMap<>();

    private record HandOver(long generation, Instant at) {}

    /**
     * The same as columns, which stand row by row.
     *
     * @param ids of instances
     * @param generations that they were handed over in
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared; goes to the database.
    record Columns(String[] ids, Long[] generations) {}

    /** @param most how many instances it remembers, 1 or more */
    HandOvers(int most) {
        this.most = most;
    }

    /** Remembers that these are handed over now. False, and nothing is remembered, when there are too many of them. */
    synchronized boolean remember(List<Instance> rows, Instant now) {
        if (byInstance.size() + rows.size() > most) {
            return false;
        }
        for (var row : rows) {
            byInstance.remove(row.id);
            byInstance.put(row.id, new HandOver(row.generation, now));
        }
        return true;
    }

    /** The zone has spoken of these, or was not reached: what is due of them stands in their rows. */
    synchronized void forget(Collection<String> ids) {
        ids.forEach(byInstance::remove);
    }

    /** The zone has forgotten all. */
    synchronized void clear() {
        byInstance.clear();
    }

    /** Those of this time and later; earlier ones are forgotten, for what a zone does not answer it is told again. */
    synchronized Columns since(Instant time) {
        while (true) {
            Map.Entry<String, HandOver> eldest = byInstance.firstEntry();
            if (eldest == null || !eldest.getValue().at().isBefore(time)) {
                break;
            }
            byInstance.pollFirstEntry();
        }
        return new Columns(
                byInstance.keySet().toArray(String[]::new),
                byInstance.values().stream().map(HandOver::generation).toArray(Long[]::new));
    }
}
