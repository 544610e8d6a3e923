package io.coppice.node.hypervisor;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.node.hypervisor.Hypervisor.Subscription;
import io.coppice.node.hypervisor.LibvirtSession.ShutOffReason;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.libvirt.LibvirtException;

/**
 * Turns libvirt's events into ours and hands them to listeners, in order, on a thread of its own: libvirt's event loop is
 * never held up. Events of other people's domains are dropped.
 */
final class DomainEvents implements LibvirtSession.Listener, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(DomainEvents.class);
    private static final int MAXIMUM_WAITING = 16_384;

    // virDomainEventType and virDomainEventStoppedDetailType of libvirt-domain.h.
    private static final int STARTED = 2;
    private static final int SUSPENDED = 3;
    private static final int RESUMED = 4;
    private static final int STOPPED = 5;
    private static final int PM_SUSPENDED = 7;
    private static final int CRASHED = 8;
    private static final int STOPPED_BY_SHUTDOWN = 0;
    private static final int STOPPED_BY_MOVE = 3;
    private static final int SUSPENDED_BY_DISK = 2;

    private final BlockingQueue<DomainEvent> waiting = new LinkedBlockingQueue<>(MAXIMUM_WAITING);
    private final List<Consumer<DomainEvent>> listeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<InstanceId>> rebootListeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<InstanceId>> stallListeners = new CopyOnWriteArrayList<>();
    private final Set<InstanceId> ours = ConcurrentHashMap.newKeySet();
    private final Set<InstanceId> askedToStop = ConcurrentHashMap.newKeySet();
    private final ConnectedAgents agents = new ConnectedAgents();
    private final Thread dispatcher;

    DomainEvents() {
        dispatcher = Thread.ofVirtual().name("domain-events").start(this::dispatch);
    }

    /** Registers with a new session and tells what every one of our domains does now: events may have been missed. */
    void attach(LibvirtSession session, List<Domain> domains) throws LibvirtException {
        session.listen(this);
        for (var domain : domains) {
            ours.add(domain.instance());
            agents.tell(
                    domain.instance(),
                    domain.state() != DomainState.SHUT_OFF
                            && session.hasAgent(domain.instance().value()));
            if (session.isStalled(domain.instance().value())) {
                stallListeners.forEach(listener -> listener.accept(domain.instance()));
            }
            var byGuest = domain.state() == DomainState.SHUT_OFF
                    && session.shutOffReason(domain.instance().value())
                            .filter(ShutOffReason.SHUT_DOWN::equals)
                            .isPresent();
            offer(new DomainEvent(
                    domain.instance(), domain.state(), byGuest && !askedToStop.contains(domain.instance())));
        }
    }

    /** Which guests have an agent. */
    ConnectedAgents agents() {
        return agents;
    }

    /** The domain is of this host's agent: its events are of interest. */
    void own(InstanceId instance) {
        ours.add(instance);
    }

    /** We started the guest: what stops it from now on is not an earlier request of ours. */
    void starting(InstanceId instance) {
        ours.add(instance);
        askedToStop.remove(instance);
    }

    /** We asked the guest to stop, or stop it: its end is not its own doing. */
    void stopping(InstanceId instance) {
        askedToStop.add(instance);
    }

    /** The domain is gone. */
    void forget(InstanceId instance) {
        ours.remove(instance);
        askedToStop.remove(instance);
        agents.tell(instance, false);
    }

    Subscription subscribe(Consumer<DomainEvent> listener) {
        // A wrapper of its own, so that one listener subscribed twice is two subscriptions.
        Consumer<DomainEvent> entry = listener::accept;
        listeners.add(entry);
        return () -> listeners.remove(entry);
    }

    /** Calls back when a guest was restarted, by itself or by us. */
    Subscription onReboot(Consumer<InstanceId> listener) {
        Consumer<InstanceId> entry = listener::accept;
        rebootListeners.add(entry);
        return () -> rebootListeners.remove(entry);
    }

    /** Calls back when QEMU has stopped a guest because a disk of it failed. Listeners must return at once. */
    void onStall(Consumer<InstanceId> listener) {
        stallListeners.add(listener);
    }

    @Override
    public void rebooted(String name) {
        instanceOf(name).ifPresent(instance -> rebootListeners.forEach(listener -> listener.accept(instance)));
    }

    @Override
    public void agent(String name, boolean connected) {
        instanceOf(name).filter(ours::contains).ifPresent(instance -> agents.tell(instance, connected));
    }

    @Override
    public void lifecycle(String name, int event, int detail) {
        var instance = instanceOf(name).filter(ours::contains);
        if (instance.isEmpty()) {
            return;
        }
        if (event == STOPPED && detail == STOPPED_BY_MOVE) {
            // The guest runs on another host: whoever took it for off would start it here a second time.
            forget(instance.get());
            return;
        }
        if (event == SUSPENDED && detail == SUSPENDED_BY_DISK) {
            stallListeners.forEach(listener -> listener.accept(instance.get()));
        }
        if (event == STARTED || event == STOPPED || event == CRASHED) {
            agents.tell(instance.get(), false);
        }
        var shutItselfDown = event == STOPPED && detail == STOPPED_BY_SHUTDOWN && !askedToStop.contains(instance.get());
        stateAfter(event)
                .map(state -> new DomainEvent(instance.get(), state, shutItselfDown))
                .ifPresent(this::offer);
    }

    private static Optional<DomainState> stateAfter(int event) {
        return switch (event) {
            case STARTED, RESUMED -> Optional.of(DomainState.RUNNING);
            case SUSPENDED, PM_SUSPENDED -> Optional.of(DomainState.PAUSED);
            case STOPPED, CRASHED -> Optional.of(DomainState.SHUT_OFF);
            default -> Optional.empty();
        };
    }

    private static Optional<InstanceId> instanceOf(String name) {
        try {
            return Optional.of(new InstanceId(name));
        } catch (MalformedIdException e) {
            return Optional.empty();
        }
    }

    private void offer(DomainEvent event) {
        if (!waiting.offer(event)) {
            LOG.warnf(
                    "an event of %s was dropped, %d wait already; the agent will see by looking",
                    event.instance(), MAXIMUM_WAITING);
        }
    }

    private void dispatch() {
        while (true) {
            try {
                var event = waiting.take();
                LOG.debugf("%s is %s, guest initiated: %s", event.instance(), event.state(), event.guestInitiated());
                listeners.forEach(listener -> listener.accept(event));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                LOG.error("a listener of domain events failed; the others go on", e);
            }
        }
    }

    @Override
    public void close() {
        dispatcher.interrupt();
    }
}
