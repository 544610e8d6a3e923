package io.coppice.node.hypervisor;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.ptr.IntByReference;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;

/** One connection to libvirt, with the few calls that libvirt-java lacks. */
final class LibvirtSession extends Connect {
    private static final int KEEPALIVE_SECONDS = 5;
    private static final int KEEPALIVE_MISSES = 3;

    private final List<Integer> registrations = new CopyOnWriteArrayList<>();

    // Fields, so that the collector does not take what only C code refers to.
    private Libvirt.@Nullable VirConnectDomainEventCallback lifecycle;
    private Libvirt.@Nullable VirConnectDomainEventGenericCallback reboot;
    private Libvirt.@Nullable VirConnectDomainEventCallback agent;

    /** Opens the connection and its keepalive. {@link LibvirtEventLoop} must run. */
    LibvirtSession(String uri) throws LibvirtException {
        super(uri);
        setKeepAlive(KEEPALIVE_SECONDS, KEEPALIVE_MISSES);
    }

    /**
     * Calls {@code listener} on libvirt's event thread until the session is closed. Registered here and not by
     * libvirt-java, which cannot take a reboot listener back and hides the numbers that it does not know.
     */
    void listen(Listener listener) {
        lifecycle = (connection, domain, event, detail, opaque) -> {
            listener.lifecycle(Libvirt.INSTANCE.virDomainGetName(domain), event, detail);
            return 0;
        };
        reboot = (connection, domain, opaque) -> listener.rebooted(Libvirt.INSTANCE.virDomainGetName(domain));
        register(Missing.EVENT_LIFECYCLE, lifecycle);
        register(Missing.EVENT_REBOOT, reboot);
        // Of the same shape in C, but for what it returns, which nobody reads:
        // virConnectDomainEventAgentLifecycleCallback.
        agent = (connection, domain, state, reason, opaque) -> {
            listener.agent(Libvirt.INSTANCE.virDomainGetName(domain), state == Missing.AGENT_CONNECTED);
            return 0;
        };
        register(Missing.EVENT_AGENT_LIFECYCLE, agent);
    }

    private void register(int event, Libvirt.VirDomainEventCallback callback) {
        var id = Libvirt.INSTANCE.virConnectDomainEventRegisterAny(vcp, null, event, callback, null, null);
        if (id < 0) {
            throw new HypervisorException("libvirt refuses to report events of domains");
        }
        registrations.add(id);
    }

    @Override
    public int close() throws LibvirtException {
        if (vcp != null) {
            registrations.forEach(id -> Libvirt.INSTANCE.virConnectDomainEventDeregisterAny(vcp, id));
            registrations.clear();
        }
        return super.close();
    }

    /** The domain of this name, empty when there is none. */
    Optional<Domain> domain(String name) throws LibvirtException {
        try {
            return Optional.of(domainLookupByName(name));
        } catch (LibvirtException e) {
            if (code(e) == ErrorNumber.VIR_ERR_NO_DOMAIN) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Why the domain is shut off, a virDomainShutoffReason (virDomainGetState in libvirt-domain.h), empty when it is not
     * shut off or not there.
     */
    Optional<ShutOffReason> shutOffReason(String name) {
        return reason(name, Missing.SHUT_OFF).map(ShutOffReason::of);
    }

    /** Whether QEMU has stopped the guest because a disk of it failed (VIR_DOMAIN_PAUSED_IOERROR). */
    boolean isStalled(String name) {
        return reason(name, Missing.PAUSED)
                .filter(Missing.PAUSED_BY_DISK::equals)
                .isPresent();
    }

    /** Why the domain is in a state; empty when it is in another or not there. */
    private Optional<Integer> reason(String name, int expectedState) {
        var connection = pointer();
        var domain = connection == null ? null : Libvirt.INSTANCE.virDomainLookupByName(connection, name);
        if (domain == null) {
            return Optional.empty();
        }
        try {
            var state = new IntByReference();
            var reason = new IntByReference();
            var result = Missing.INSTANCE.virDomainGetState(domain, state, reason, 0);
            return result == 0 && state.getValue() == expectedState ? Optional.of(reason.getValue()) : Optional.empty();
        } finally {
            Libvirt.INSTANCE.virDomainFree(domain);
        }
    }

    /** Sends a running domain's guest an interrupt that cannot be masked (virDomainInjectNMI in libvirt-domain.h). */
    void injectInterrupt(String name) {
        var connection = pointer();
        var domain = connection == null ? null : Libvirt.INSTANCE.virDomainLookupByName(connection, name);
        if (domain == null) {
            throw new HypervisorException(name + " does not run");
        }
        try {
            if (Missing.INSTANCE.virDomainInjectNMI(domain, 0) != 0) {
                throw new HypervisorException("libvirt could not interrupt " + name);
            }
        } finally {
            Libvirt.INSTANCE.virDomainFree(domain);
        }
    }

    /** libvirt waits no longer than so long for a sign of life of the domain's agent (virDomainAgentSetResponseTimeout). */
    void limitAgent(String name, int seconds) {
        var connection = pointer();
        var domain = connection == null ? null : Libvirt.INSTANCE.virDomainLookupByName(connection, name);
        if (domain == null) {
            throw new HypervisorException(name + " does not run");
        }
        try {
            if (Missing.INSTANCE.virDomainAgentSetResponseTimeout(domain, seconds, 0) != 0) {
                throw new HypervisorException("libvirt could not limit how long it waits for the agent of " + name);
            }
        } finally {
            Libvirt.INSTANCE.virDomainFree(domain);
        }
    }

    /** Whether an agent in the guest of the running domain has opened its channel. */
    boolean hasAgent(String name) throws LibvirtException {
        var domain = domain(name);
        return domain.isPresent() && ConnectedAgents.isIn(domain.get().getXMLDesc(0));
    }

    private ConnectionPointer pointer() {
        return vcp;
    }

    /** libvirt's code of an error; VIR_ERR_UNKNOWN when it gave none. */
    static ErrorNumber code(LibvirtException e) {
        var error = e.getError();
        return error == null || error.getCode() == null ? ErrorNumber.VIR_ERR_UNKNOWN : error.getCode();
    }

    /** Hears of domains' changes; must return quickly and must not call libvirt. */
    interface Listener {
        /**
         * A domain changed.
         *
         * @param event a virDomainEventType
         * @param detail depends on the event
         */
        void lifecycle(String name, int event, int detail);

        /** A guest was restarted, by itself or by us. */
        void rebooted(String name);

        /** A guest's agent has opened its channel, or closed it. */
        void agent(String name, boolean connected);
    }

    /** How a domain came to be off. */
    enum ShutOffReason {
        /** The guest shut down in good order. */
        SHUT_DOWN,
        /** Somebody cut the power. */
        DESTROYED,
        /** QEMU or the guest crashed. */
        CRASHED,
        /** Anything else, among it "was never started". */
        OTHER;

        private static ShutOffReason of(int reason) {
            return switch (reason) {
                case 1 -> SHUT_DOWN;
                case 2 -> DESTROYED;
                case 3 -> CRASHED;
                default -> OTHER;
            };
        }
    }

    /** What libvirt-java 0.5.4 does not bind. */
    interface Missing extends Library {
        Missing INSTANCE = Native.load("virt", Missing.class);
        int PAUSED = 3;
        int SHUT_OFF = 5;
        Integer PAUSED_BY_DISK = 5;
        int EVENT_LIFECYCLE = 0;
        int EVENT_REBOOT = 1;
        int EVENT_AGENT_LIFECYCLE = 18;
        int AGENT_CONNECTED = 1;

        int virDomainInjectNMI(DomainPointer domain, int flags);

        int virDomainAgentSetResponseTimeout(DomainPointer domain, int seconds, int flags);

        int virDomainGetState(DomainPointer domain, IntByReference state, IntByReference reason, int flags);
    }
}
