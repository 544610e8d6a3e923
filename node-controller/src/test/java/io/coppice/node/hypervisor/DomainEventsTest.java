package io.coppice.node.hypervisor;

import static io.coppice.node.lab.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.foundation.id.InstanceId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** If this failed, a host would take a guest that it sent elsewhere for one that fell off, and start it a second time. */
class DomainEventsTest {
    private static final int STOPPED = 5;
    private static final int BY_FAILURE = 5;
    private static final int BY_MOVE = 3;

    @Test
    void aGuestThatMovedIsNotOff() throws Exception {
        var moved = InstanceId.random();
        var failed = InstanceId.random();
        var heard = new CopyOnWriteArrayList<DomainEvent>();
        try (var events = new DomainEvents()) {
            events.subscribe(heard::add);
            events.own(moved);
            events.own(failed);
            events.lifecycle(moved.value(), STOPPED, BY_MOVE);
            events.lifecycle(failed.value(), STOPPED, BY_FAILURE);
            eventually("the later event is heard", () -> !heard.isEmpty());
        }
        assertEquals(List.of(new DomainEvent(failed, DomainState.SHUT_OFF, false)), heard);
    }
}
