package io.coppice.node.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.InstanceId;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** If this fails, a host believes what a tenant's agent makes up, or waits for agents that are not there. */
class LibvirtAgentsTest {
    private static final int STOPPED = 5;

    @Test
    void anAnswerIsANumberOrNothing() {
        assertEquals(3, LibvirtAgents.count("{\"return\":3}"));
        assertEquals(10_000, LibvirtAgents.count("{\"return\":2000000000}"));
        for (var answer : new String[] {
            "",
            "{",
            "[]",
            "{}",
            "{\"return\":-1}",
            "{\"return\":1.5}",
            "{\"return\":\"3\"}",
            "{\"return\":99999999999999}",
            "{\"return\":{\"return\":3}}",
            "{\"return\":3, \"more\":\"" + "x".repeat(5000) + "\"}",
            "[".repeat(4000)
        }) {
            assertThrows(HypervisorException.class, () -> LibvirtAgents.count(answer), answer);
        }
    }

    @Test
    void whatLibvirtSaysOfTheChannelIsRead() {
        assertTrue(ConnectedAgents.isIn(domain("org.qemu.guest_agent.0", "connected")));
        assertFalse(ConnectedAgents.isIn(domain("org.qemu.guest_agent.0", "disconnected")));
        assertFalse(ConnectedAgents.isIn(domain("com.redhat.spice.0", "connected")));
        assertFalse(ConnectedAgents.isIn("<domain/>"));
    }

    private static String domain(String channel, String state) {
        return "<domain><devices><channel type='unix'><target type='virtio' name='%s' state='%s'/></channel></devices></domain>"
                .formatted(channel, state);
    }

    @Test
    void anAgentIsForgottenWithTheRunOfItsGuest() {
        var instance = InstanceId.random();
        var heard = new ArrayList<InstanceId>();
        try (var events = new DomainEvents()) {
            events.agents().onChange(heard::add);
            events.agent(instance.value(), true);
            assertFalse(events.agents().contains(instance), "it is somebody else's");
            events.own(instance);
            events.agent(instance.value(), true);
            events.agent(instance.value(), true);
            assertTrue(events.agents().contains(instance));
            events.lifecycle(instance.value(), STOPPED, 0);
            assertFalse(events.agents().contains(instance));
        }
        assertEquals(2, heard.size());
    }
}
