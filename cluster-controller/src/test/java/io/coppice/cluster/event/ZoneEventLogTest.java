package io.coppice.cluster.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.coppice.proto.cluster.v1.ZoneEvent;
import io.coppice.proto.compute.v1.Observation;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** If this failed, the Cloud Controller would miss what happened in a zone without noticing. */
class ZoneEventLogTest {
    @Test
    void eventsAreNumberedFromOneAndReadInOrder() {
        var log = logOf(8, 5);
        assertEquals(Optional.of(List.of(1L, 2L, 3L)), numbers(log.after(0, 3)));
        assertEquals(Optional.of(List.of(4L, 5L)), numbers(log.after(3, 100)));
        assertEquals(Optional.of(List.of()), numbers(log.after(5, 100)));
    }

    @Test
    void whatTheRingHasLostIsToldAndNotSkipped() {
        var log = logOf(4, 10);
        assertEquals(Optional.of(List.of(7L, 8L, 9L, 10L)), numbers(log.after(6, 100)));
        assertEquals(Optional.empty(), numbers(log.after(5, 100)));
        assertEquals(Optional.empty(), numbers(log.after(11, 100)), "a number from the future is of another log");
    }

    @Test
    void everyStartHasAnotherName() {
        assertNotEquals(new ZoneEventLog(1).streamId(), new ZoneEventLog(1).streamId());
    }

    private static ZoneEventLog logOf(int size, int events) {
        var log = new ZoneEventLog(size);
        for (int i = 0; i < events; i++) {
            log.append(Observation.getDefaultInstance());
        }
        return log;
    }

    private static Optional<List<Long>> numbers(Optional<List<ZoneEvent>> events) {
        return events.map(all -> all.stream().map(ZoneEvent::getSequence).toList());
    }
}
