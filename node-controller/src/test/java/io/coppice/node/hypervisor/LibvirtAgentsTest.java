package io.coppice.node.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.hypervisor.GuestAgents.FileSystem;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** If this fails, a host believes what a tenant's agent makes up, or waits for agents that are not there. */
class LibvirtAgentsTest {
    private static final int STOPPED = 5;

    @Test
    void anAnswerIsANumberOrNothing() {
        assertEquals(3, AgentAnswers.count("{\"return\":3}"));
        assertEquals(10_000, AgentAnswers.count("{\"return\":2000000000}"));
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
            assertThrows(HypervisorException.class, () -> AgentAnswers.count(answer), answer);
        }
    }

    @Test
    void whatIsMountedIsReadAndSaidBack() {
        var volume = "vol0123456789abcdef0";
        assertEquals(
                List.of(
                        new FileSystem("/", "ext4", List.of("")),
                        new FileSystem("/a \"b\"", "xfs", List.of(volume, "i0123456789abcdef0")),
                        new FileSystem("/proc", "", List.of())),
                AgentAnswers.fileSystems("""
                        {"return": [
                          {"name": "vda1", "mountpoint": "/", "type": "ext4", "disk": [{"bus-type": "virtio", "dev": "/dev/vda1"}]},
                          {"name": "dm-0", "mountpoint": "/a \\"b\\"", "type": "xfs", "disk": [
                            {"bus-type": "virtio", "serial": "vol0123456789abcdef0"}, {"serial": "i0123456789abcdef0"}]},
                          {"mountpoint": "/proc"}]}
                        """));
        for (var answer : new String[] {
            "",
            "{}",
            "{\"return\":3}",
            "{\"return\":[{}]}",
            "{\"return\":[3]}",
            "{\"return\":[" + "{\"mountpoint\":\"/\"},".repeat(512) + "{\"mountpoint\":\"/\"}]}",
            "{\"return\":[{\"mountpoint\":\"" + "x".repeat(1 << 18) + "\"}]}"
        }) {
            assertThrows(HypervisorException.class, () -> AgentAnswers.fileSystems(answer));
        }
        assertEquals("{\"execute\":\"guest-fsfreeze-freeze\"}", AgentAnswers.freeze(Set.of()));
        var some = AgentAnswers.freeze(List.of("/a \"b\"", "/c"));
        assertTrue(some.contains("\"guest-fsfreeze-freeze-list\""), some);
        assertTrue(some.contains("{\"mountpoints\":[\"/a \\\"b\\\"\",\"/c\"]}"), some);
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
