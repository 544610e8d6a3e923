package io.coppice.cloud.event;

import io.coppice.foundation.id.AccountId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** An event log that remembers, as a test fixture. It knows no transactions. Thread-safe. */
public final class RecordingEventLog implements EventLog {
    private final List<Entry> entries = new CopyOnWriteArrayList<>();

    @Override
    public void append(ChangeCause cause, String kind, String resourceId, AccountId account, Map<String, ?> facts) {
        entries.add(new Entry(cause, kind, resourceId, account, Map.copyOf(facts)));
    }

    /** All events, oldest first. */
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** The kinds of all events of a resource, oldest first. */
    public List<String> kindsOf(String resourceId) {
        return entries.stream()
                .filter(entry -> entry.resourceId().equals(resourceId))
                .map(Entry::kind)
                .toList();
    }

    /** One event. */
    public record Entry(ChangeCause cause, String kind, String resourceId, AccountId account, Map<String, ?> facts) {}
}
