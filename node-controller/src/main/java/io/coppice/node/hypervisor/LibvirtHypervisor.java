package io.coppice.node.hypervisor;

import static org.libvirt.Error.ErrorNumber.VIR_ERR_NO_DOMAIN;
import static org.libvirt.Error.ErrorNumber.VIR_ERR_NO_DOMAIN_METADATA;
import static org.libvirt.Error.ErrorNumber.VIR_ERR_OPERATION_INVALID;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.foundation.undo.Undo;
import io.coppice.node.disk.CopyTarget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.libvirt.Domain.MetadataType;
import org.libvirt.Domain.RebootFlags;
import org.libvirt.LibvirtException;

/**
 * Guests by libvirt and QEMU. libvirt remembers everything: the definition, and in its metadata ({@link DomainMark})
 * whose it is. Domains without this host's mark are never listed, changed or removed.
 */
public final class LibvirtHypervisor implements Hypervisor {
    private static final Logger LOG = Logger.getLogger(LibvirtHypervisor.class);
    /** VIR_DOMAIN_UNDEFINE_MANAGED_SAVE, SNAPSHOTS_METADATA, NVRAM and CHECKPOINTS_METADATA. */
    private static final int UNDEFINE_ALL = 1 | 2 | 4 | 16;
    /** VIR_DOMAIN_AFFECT_LIVE and CONFIG. */
    private static final int AFFECT_LIVE = 1;

    private static final int AFFECT_CONFIG = 2;
    private static final int KIB_PER_MIB = 1024;

    private final LibvirtSettings settings;
    private final DomainEvents events;
    private final LibvirtConnection connection;
    private final DomainXml xml;
    private final ConsoleLogs consoleLogs;
    private final StalledGuests stalled;
    private final GuestInterfaces interfaces;
    private final GuestVolumes volumes;
    private final GuestMoves moves;
    private final LibvirtAgents agents;

    /** Connects to libvirt; throws {@link HypervisorException} when that cannot be done. */
    public LibvirtHypervisor(LibvirtSettings settings, boolean accelerated) {
        this.settings = settings;
        this.events = new DomainEvents();
        this.consoleLogs = ConsoleLogs.watch(settings.instancesFolder());
        this.stalled = new StalledGuests(this::resumeIfStalled);
        events.onStall(stalled::add);
        this.connection = new LibvirtConnection(settings.uri(), this::begin);
        this.interfaces = new LibvirtInterfaces(connection, this::runningIfAny);
        var volumeXml = new VolumeXml(settings.ceph());
        this.volumes = new LibvirtVolumes(connection, this::runningIfAny, volumeXml);
        this.moves = new LibvirtMoves(connection, this::runningIfAny, events);
        this.agents = new LibvirtAgents(settings.uri(), this::runningIfAny, events.agents());
        try {
            connection.connect();
            this.xml = new DomainXml(
                    accelerated ? Acceleration.KVM : Acceleration.TRANSLATED,
                    connection.call("tell the architecture", session -> session.nodeInfo().model),
                    UefiFirmware::present,
                    volumeXml);
        } catch (HypervisorException e) {
            close();
            throw e;
        }
    }

    private void begin(LibvirtSession session) throws LibvirtException {
        if (settings.ceph().isPresent()) {
            settings.ceph().get().giveKey(session);
        }
        events.attach(session, list(session));
    }

    @Override
    public HypervisorInfo info() {
        return connection.call("describe the host", session -> {
            var node = session.nodeInfo();
            return new HypervisorInfo(
                    "libvirt",
                    "QEMU " + dotted(session.getVersion()),
                    node.model.equals("aarch64") ? "arm64" : node.model,
                    xml.acceleration() == Acceleration.KVM,
                    Math.max(1, (int) (node.cpus * settings.vcpuOvercommit())),
                    Math.max(0, node.memory / KIB_PER_MIB - settings.reservedMemoryMib()));
        });
    }

    /** libvirt gives 1,000,000 × major + 1,000 × minor + release. */
    private static String dotted(long version) {
        return version / 1_000_000 + "." + version / 1_000 % 1_000 + "." + version % 1_000;
    }

    @Override
    public List<Domain> list() {
        return connection.call("list domains", this::list);
    }

    private List<Domain> list(LibvirtSession session) throws LibvirtException {
        var found = new ArrayList<Domain>();
        for (var domain : session.listAllDomains(0)) {
            try {
                instanceOf(domain).flatMap(instance -> view(instance, domain)).ifPresent(found::add);
            } finally {
                domain.free();
            }
        }
        return List.copyOf(found);
    }

    @Override
    public Optional<Domain> find(InstanceId instance) {
        return connection.call("find " + instance, session -> {
            var domain = session.domain(instance.value());
            return domain.isEmpty() ? Optional.empty() : view(instance, domain.get());
        });
    }

    @Override
    public void start(DomainSpec spec) {
        connection.call("start " + spec.instance(), session -> {
            var present = session.domain(spec.instance().value());
            if (present.isEmpty()) {
                define(session, spec, true);
                return true;
            }
            var domain = present.get();
            var mark = mark(domain)
                    .orElseThrow(() -> new HypervisorException(
                            "a domain named %s exists that is not of this cloud: rename or remove it"
                                    .formatted(spec.instance())));
            if (domain.isActive() == 1) {
                events.own(spec.instance());
                remark(domain, mark.withGeneration(spec.generation(), spec.rebootCount()), mark);
            } else {
                // Anew for the same generation as well: the image below its disk may be read from elsewhere now.
                define(session, spec, false);
            }
            return true;
        });
    }

    private void define(LibvirtSession session, DomainSpec spec, boolean undefineOnFailure) throws LibvirtException {
        var mark = new DomainMark(settings.host().value(), spec.account(), spec.generation(), spec.rebootCount());
        events.starting(spec.instance());
        var domain = session.domainDefineXML(xml.render(spec, mark));
        try {
            domain.create();
        } catch (LibvirtException e) {
            if (undefineOnFailure) {
                domain.undefine(UNDEFINE_ALL);
                events.forget(spec.instance());
            }
            throw e;
        }
    }

    private static void remark(org.libvirt.Domain domain, DomainMark wished, DomainMark present)
            throws LibvirtException {
        if (!wished.equals(present)) {
            domain.setMetadata(
                    MetadataType.ELEMENT,
                    wished.toElement(),
                    DomainMark.PREFIX,
                    DomainMark.NAMESPACE,
                    AFFECT_LIVE | AFFECT_CONFIG);
        }
    }

    @Override
    public GuestVolumes volumes() {
        return volumes;
    }

    @Override
    public GuestMoves moves() {
        return moves;
    }

    @Override
    public GuestAgents agents() {
        return agents;
    }

    @Override
    public GuestInterfaces interfaces() {
        return interfaces;
    }

    @Override
    public boolean copyRoot(InstanceId instance, CopyTarget target) {
        return connection.call(
                "copy the root disk of " + instance,
                session -> new RootCopy(running(session, instance), target).advance(target));
    }

    @Override
    public boolean isCopyingRoot(InstanceId instance, CopyTarget target) {
        return connection.call(
                "look at the copy of the root disk of " + instance,
                session -> new RootCopy(running(session, instance), target).hasBegun());
    }

    private void resumeIfStalled(InstanceId instance) {
        withOurs("resume", instance, (session, domain) -> {
            if (session.isStalled(instance.value())) {
                domain.resume();
            }
        });
    }

    @Override
    public void requestShutdown(InstanceId instance) {
        withOurs("shut down", instance, (session, domain) -> {
            events.stopping(instance);
            domain.shutdown();
        });
    }

    @Override
    public void powerOff(InstanceId instance) {
        withOurs("power off", instance, (session, domain) -> {
            events.stopping(instance);
            domain.destroy();
        });
    }

    @Override
    public void reboot(InstanceId instance, Duration grace) {
        var rebooted = new CountDownLatch(1);
        var subscription = events.onReboot(other -> {
            if (other.equals(instance)) {
                rebooted.countDown();
            }
        });
        try (var undo = Undo.begin()) {
            undo.add("stop listening", subscription::close);
            var run = connection.call("reboot " + instance, session -> {
                var domain = running(session, instance);
                domain.reboot(RebootFlags.ACPI_POWER_BTN);
                return domain.getID();
            });
            Thread.ofVirtual()
                    .name("reboot-" + instance)
                    .start(() -> resetUnless(rebooted, instance, run, grace, subscription));
            undo.commit();
        }
    }

    /** Resets the guest when it has not followed in time; a guest that was stopped and started meanwhile is left alone. */
    private void resetUnless(
            CountDownLatch rebooted, InstanceId instance, int run, Duration grace, Subscription subscription) {
        try (subscription) {
            if (!rebooted.await(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                withOurs("reset", instance, (session, domain) -> {
                    if (domain.isActive() == 1 && domain.getID() == run) {
                        LOG.infof("%s did not follow the request to reboot within %s: resetting it", instance, grace);
                        domain.reset();
                    }
                });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (HypervisorException e) {
            LOG.warnf(e, "%s did not follow the request to reboot and could not be reset", instance);
        }
    }

    @Override
    public void remove(InstanceId instance) {
        powerOff(instance);
        withOurs("undefine", instance, (session, domain) -> domain.undefine(UNDEFINE_ALL));
        events.forget(instance);
    }

    /** Does nothing when the domain is not there, is not ours, or is in a state in which there is nothing to do. */
    private void withOurs(String what, InstanceId instance, Step step) {
        connection.call(what + " " + instance, session -> {
            var domain = session.domain(instance.value());
            if (domain.isEmpty() || mark(domain.get()).isEmpty()) {
                return false;
            }
            try {
                step.on(session, domain.get());
                return true;
            } catch (LibvirtException e) {
                var code = LibvirtSession.code(e);
                if (code == VIR_ERR_NO_DOMAIN || code == VIR_ERR_OPERATION_INVALID) {
                    LOG.debugf("nothing to %s for %s: %s", what, instance, e.getMessage());
                    return false;
                }
                throw e;
            }
        });
    }

    @Override
    public byte[] screenshot(InstanceId instance) {
        return connection.call(
                "show the screen of " + instance,
                session -> LibvirtScreen.take(session, instance, running(session, instance)));
    }

    @Override
    public void interrupt(InstanceId instance) {
        connection.call("interrupt " + instance, session -> {
            session.injectInterrupt(running(session, instance).getName());
            return true;
        });
    }

    private org.libvirt.Domain running(LibvirtSession session, InstanceId instance) throws LibvirtException {
        return runningIfAny(session, instance).orElseThrow(() -> new HypervisorException(instance + " does not run"));
    }

    private Optional<org.libvirt.Domain> runningIfAny(LibvirtSession session, InstanceId instance)
            throws LibvirtException {
        var domain = session.domain(instance.value());
        var runs = domain.isPresent()
                && mark(domain.get()).isPresent()
                && domain.get().isActive() == 1;
        return runs ? domain : Optional.empty();
    }

    @Override
    public Subscription subscribe(Consumer<DomainEvent> listener) {
        return events.subscribe(listener);
    }

    @Override
    public void close() {
        stalled.close();
        agents.close();
        connection.close();
        events.close();
        consoleLogs.close();
    }

    private Optional<Domain> view(InstanceId instance, org.libvirt.Domain domain) throws HypervisorException {
        try {
            var mark = mark(domain);
            if (mark.isEmpty()) {
                return Optional.empty();
            }
            var info = domain.getInfo();
            return Optional.of(new Domain(
                    instance,
                    mark.get().account(),
                    mark.get().generation(),
                    mark.get().rebootCount(),
                    stateOf(info.state),
                    info.nrVirtCpu,
                    info.maxMem / KIB_PER_MIB));
        } catch (LibvirtException e) {
            if (LibvirtSession.code(e) == VIR_ERR_NO_DOMAIN) {
                return Optional.empty();
            }
            throw new HypervisorException("libvirt could not describe %s: %s".formatted(instance, e.getMessage()), e);
        }
    }

    /** The mark of a domain of this host's agent, empty for everybody else's. */
    private Optional<DomainMark> mark(org.libvirt.Domain domain) throws LibvirtException {
        try {
            return DomainMark.parse(domain.getMetadata(MetadataType.ELEMENT, DomainMark.NAMESPACE, 0))
                    .filter(mark -> mark.host().equals(settings.host().value()));
        } catch (LibvirtException e) {
            var code = LibvirtSession.code(e);
            if (code == VIR_ERR_NO_DOMAIN_METADATA || code == VIR_ERR_NO_DOMAIN) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static DomainState stateOf(org.libvirt.DomainInfo.@Nullable DomainState state) {
        return switch (state) {
            case VIR_DOMAIN_PAUSED, VIR_DOMAIN_PMSUSPENDED -> DomainState.PAUSED;
            case VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_CRASHED -> DomainState.SHUT_OFF;
            // "Being shut down" is still running: QEMU is there and the event of its end has yet to come.
            case null, default -> DomainState.RUNNING;
        };
    }

    private static Optional<InstanceId> instanceOf(org.libvirt.Domain domain) throws LibvirtException {
        try {
            return Optional.of(new InstanceId(domain.getName()));
        } catch (MalformedIdException e) {
            return Optional.empty();
        }
    }

    @FunctionalInterface
    private interface Step {
        void on(LibvirtSession session, org.libvirt.Domain domain) throws LibvirtException;
    }
}
