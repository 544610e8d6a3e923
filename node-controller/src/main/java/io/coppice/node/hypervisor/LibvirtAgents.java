package io.coppice.node.hypervisor;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.hypervisor.Hypervisor.Subscription;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Speaks with agents by libvirt, which sends guest-sync before each command and throws away what comes late. On a connection of
 * its own: libvirt carries out few calls of one connection at a time, and agents that do not answer must hold up nothing but
 * agents. Thread-safe. Source: virDomainQemuAgentCommand in libvirt-qemu.h.
 */
final class LibvirtAgents implements GuestAgents, AutoCloseable {
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
    public List<FileSystem> fileSystems(InstanceId instance, Duration limit) {
        return AgentAnswers.fileSystems(execute("ask what is mounted in", AgentAnswers.FILE_SYSTEMS, instance, limit));
    }

    @Override
    public int freeze(InstanceId instance, Collection<String> mountPoints, Duration limit) {
        return AgentAnswers.count(execute("have frozen", AgentAnswers.freeze(mountPoints), instance, limit));
    }

    @Override
    public int thaw(InstanceId instance, Duration limit) {
        return AgentAnswers.count(execute("have thawed", AgentAnswers.THAW, instance, limit));
    }

    @Override
    public Subscription onChange(Consumer<InstanceId> listener) {
        return connected.onChange(listener);
    }

    private String execute(String what, String command, InstanceId instance, Duration limit) {
        var end = System.nanoTime() + limit.toNanos();
        // libvirt knows whole seconds only; whoever waits is told after the limit, and libvirt gives up soon after.
        var seconds = Math.toIntExact(limit.plusMillis(999).toSeconds());
        return connection.call(what + " " + instance, limit, session -> {
            if (System.nanoTime() - end >= 0) {
                throw new HypervisorException("nobody waits any more for the agent of " + instance);
            }
            var domain = running.require(session, instance);
            session.limitAgent(instance.value(), seconds);
            return domain.qemuAgentCommand(command, seconds, 0);
        });
    }

    @Override
    public void close() {
        connection.close();
    }
}
