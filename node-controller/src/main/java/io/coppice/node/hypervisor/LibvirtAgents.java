package io.coppice.node.hypervisor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.foundation.id.InstanceId;
import io.coppice.node.hypervisor.Hypervisor.Subscription;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Speaks with agents by libvirt, which sends guest-sync before each command and throws away what comes late. On a connection of
 * its own: libvirt carries out few calls of one connection at a time, and agents that do not answer must hold up nothing but
 * agents. Thread-safe. Source: virDomainQemuAgentCommand in libvirt-qemu.h.
 */
final class LibvirtAgents implements GuestAgents, AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FREEZE = "{\"execute\":\"guest-fsfreeze-freeze\"}";
    private static final String THAW = "{\"execute\":\"guest-fsfreeze-thaw\"}";
    private static final int MAX_ANSWER = 4096;
    private static final int MAX_FILE_SYSTEMS = 10_000;

    private final LibvirtConnection connection;
    private final RunningDomains running;
    private final ConnectedAgents connected;

    /** Connects to libvirt at {@code uri} with the first command. */
    LibvirtAgents(String uri, RunningDomains running, ConnectedAgents connected) {
        this.connection = new LibvirtConnection(uri, session -> {});
        this.running = running;
        this.connected = connected;
    }

    @Override
    public boolean isConnected(InstanceId instance) {
        return connected.contains(instance);
    }

    @Override
    public int freeze(InstanceId instance, Duration limit) {
        return execute("have frozen", FREEZE, instance, limit);
    }

    @Override
    public int thaw(InstanceId instance, Duration limit) {
        return execute("have thawed", THAW, instance, limit);
    }

    @Override
    public Subscription onChange(Consumer<InstanceId> listener) {
        return connected.onChange(listener);
    }

    private int execute(String what, String command, InstanceId instance, Duration limit) {
        var end = System.nanoTime() + limit.toNanos();
        // libvirt knows whole seconds only; whoever waits is told after the limit, and libvirt gives up soon after.
        var seconds = Math.toIntExact(limit.plusMillis(999).toSeconds());
        return count(connection.call(what + " " + instance, limit, session -> {
            if (System.nanoTime() - end >= 0) {
                throw new HypervisorException("nobody waits any more for the agent of " + instance);
            }
            var domain = running.require(session, instance);
            session.limitAgent(instance.value(), seconds);
            return domain.qemuAgentCommand(command, seconds, 0);
        }));
    }

    /** The number that an agent has answered. */
    static int count(String answer) {
        if (answer.length() > MAX_ANSWER) {
            throw new HypervisorException("an agent's answer is longer than " + MAX_ANSWER + " characters");
        }
        try {
            var number = JSON.readTree(answer).path("return");
            if (!number.isInt() || number.intValue() < 0) {
                throw new HypervisorException("an agent's answer holds no number of file systems");
            }
            return Math.min(number.intValue(), MAX_FILE_SYSTEMS);
        } catch (JsonProcessingException e) {
            throw new HypervisorException("an agent's answer is not JSON", e);
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
