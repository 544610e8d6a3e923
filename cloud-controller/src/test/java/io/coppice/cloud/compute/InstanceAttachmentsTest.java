package io.coppice.cloud.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.cloud.store.TestDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * If this failed, a host would hear of an address that was moved to its guest, or of a volume that was attached, not when that
 * is committed but when the zone's reconciler looks by itself the next time, seconds later.
 */
class InstanceAttachmentsTest {
    private static final HandOvers.Columns NOTHING_HANDED_OVER = new HandOvers.Columns(new String[0], new Long[0]);

    private static final TestDatabase DATABASE = CloudFixture.startDatabase();
    private final CloudFixture cloud = new CloudFixture(DATABASE);
    private final List<List<String>> seen = new ArrayList<>();
    private final InstanceAttachments attachments = new InstanceAttachments(
            DATABASE,
            name -> {
                throw new AssertionError(name + " is not needed");
            },
            zone -> seen.add(dueNow()));
    private final InstanceVolumeHolders holders = new InstanceVolumeHolders(DATABASE, zone -> seen.add(dueNow()));

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        CloudFixture.empty(DATABASE);
    }

    @Test
    void theZoneIsToldWhenOthersSeeTheChange() {
        var id = settled();
        DATABASE.run(entities -> {
            attachments.changed(entities, id);
            holders.changed(entities, id);
            assertEquals(List.of(), seen, "not while nobody sees it");
        });
        assertEquals(List.of(List.of(id), List.of(id)), seen);
    }

    @Test
    void nobodyIsToldOfWhatWasTakenBack() {
        var id = settled();
        assertThrows(
                IllegalStateException.class,
                () -> DATABASE.run(entities -> {
                    attachments.changed(entities, id);
                    throw new IllegalStateException("refused");
                }));
        assertEquals(List.of(), seen);
        assertEquals(List.of(), dueNow());
    }

    private String settled() {
        var id = cloud.runOne();
        DATABASE.run(entities ->
                entities.createQuery("update Instance i set i.settled = true").executeUpdate());
        assertEquals(List.of(), dueNow());
        return id;
    }

    /** What a reconciler finds that looks now, which has a transaction of its own. */
    private static List<String> dueNow() {
        return CompletableFuture.supplyAsync(() -> DATABASE.call(entities ->
                        InstanceRows.due(entities, CloudFixture.ZONE, Instant.now(), NOTHING_HANDED_OVER, 10).stream()
                                .map(row -> row.id)
                                .toList()))
                .join();
    }
}
