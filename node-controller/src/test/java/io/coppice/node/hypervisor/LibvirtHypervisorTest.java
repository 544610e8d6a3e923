package io.coppice.node.hypervisor;

import static io.coppice.node.lab.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.node.disk.Disk;
import io.coppice.node.disk.DiskStore.CachedBase;
import io.coppice.node.disk.NbdAddress;
import io.coppice.node.disk.QcowDiskStore;
import io.coppice.node.lab.GuestImage;
import io.coppice.node.lab.PrivateLibvirtd;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.libvirt.Connect;

/**
 * If this failed, real guests under libvirt and QEMU would not behave as the agent expects. The contract on a libvirtd of
 * its own, with real guests.
 */
class LibvirtHypervisorTest extends HypervisorContract {
    @TempDir
    static Path folder;

    private static final String EXPORT = "e0123456789abcdef0123456789abcdef";
    private static final long VOLUME_BYTES = 16L << 20;

    private final List<Process> servers = new ArrayList<>();
    static PrivateLibvirtd libvirtd;
    private static Path image;

    @BeforeAll
    static void startLibvirt() throws Exception {
        var missing = PrivateLibvirtd.missing();
        assumeTrue(missing.isEmpty(), () -> "real guests cannot run here: " + missing);
        image = GuestImage.file();
        libvirtd = PrivateLibvirtd.start(folder.resolve("libvirt"));
    }

    @AfterAll
    static void stopLibvirt() throws Exception {
        if (libvirtd != null) {
            libvirtd.close();
        }
    }

    @Override
    protected Hypervisor open() throws Exception {
        return new LibvirtHypervisor(new LibvirtSettings(libvirtd.uri(), HostId.keptIn(folder), folder, 4.0, 0), false);
    }

    @Override
    protected DomainSpec bootable(InstanceId instance, long generation) throws Exception {
        var store = new QcowDiskStore(folder.resolve("instances"), 0, folder);
        var disk = store.ensureRootDisk(instance, new CachedBase("unused", image, "qcow2"), 0);
        return spec(instance, generation, disk);
    }

    @Override
    protected DomainSpec unstartable(InstanceId instance) {
        return spec(instance, 1, new Disk(folder.resolve("instances/no-such-disk"), "qcow2", "none"));
    }

    private static DomainSpec spec(InstanceId instance, long generation, Disk disk) {
        return new DomainSpec(
                instance,
                new AccountId("123456789012"),
                generation,
                0,
                1,
                128,
                List.of(disk),
                List.of(),
                folder.resolve("instances").resolve(instance.value()).resolve("console.log"));
    }

    @Test
    void guestsAndEventsOutliveARestartOfLibvirt() throws Exception {
        var spec = bootable(InstanceId.random(), 1);
        var events = new CopyOnWriteArrayList<DomainEvent>();
        try (var hypervisor = open();
                var subscription = hypervisor.subscribe(events::add)) {
            hypervisor.start(spec);
            libvirtd.restart();
            eventually("libvirt answers again", () -> state(hypervisor, spec) == DomainState.RUNNING);
            events.clear();
            // Repeated, because the seam lets single events be missed: what must not happen is that none comes any
            // more.
            eventually("events come from the new connection", () -> {
                hypervisor.start(spec);
                hypervisor.powerOff(spec.instance());
                return events.contains(new DomainEvent(spec.instance(), DomainState.SHUT_OFF, false));
            });
            hypervisor.remove(spec.instance());
        }
    }

    @Test
    void domainsOfOthersAreNeitherListedNorTouched() throws Exception {
        var instance = InstanceId.random();
        var other = HostId.keptIn(Files.createDirectories(folder.resolve("other-host")));
        try (var ours = open();
                var theirs = new LibvirtHypervisor(new LibvirtSettings(libvirtd.uri(), other, folder, 4.0, 0), false)) {
            theirs.start(bootable(instance, 1));
            assertEquals(Optional.empty(), ours.find(instance));
            assertTrue(
                    ours.list().stream().noneMatch(domain -> domain.instance().equals(instance)));
            ours.powerOff(instance);
            ours.remove(instance);
            assertThrows(HypervisorException.class, () -> ours.start(bootable(instance, 2)));
            assertEquals(
                    DomainState.RUNNING, theirs.find(instance).orElseThrow().state());
            theirs.remove(instance);
        }
    }

    private static @Nullable DomainState state(Hypervisor hypervisor, DomainSpec spec) {
        try {
            return hypervisor.find(spec.instance()).map(Domain::state).orElse(null);
        } catch (HypervisorException e) {
            return null;
        }
    }

    @Override
    protected VolumePlug volume() throws Exception {
        var id = VolumeId.random();
        var bytes = folder.resolve(id + ".raw");
        try (var file = new RandomAccessFile(bytes.toFile(), "rw")) {
            file.setLength(VOLUME_BYTES);
        }
        var socket = folder.resolve(id.value());
        servers.add(new ProcessBuilder(
                        "qemu-nbd",
                        "--persistent",
                        "--format=raw",
                        "--export-name=" + EXPORT,
                        "--socket=" + socket,
                        bytes.toString())
                .inheritIO()
                .start());
        eventually("the volume is served", () -> Files.exists(socket));
        return new VolumePlug(id, new NbdAddress.Socket(socket.toString()), EXPORT, 0);
    }

    @AfterEach
    void stopServing() {
        servers.forEach(Process::destroyForcibly);
    }

    /** Another client of libvirt presses the button: for the agent, the guest went by itself. */
    @Override
    protected void shutDownFromInside(Hypervisor open, DomainSpec guest) throws Exception {
        var other = new Connect(libvirtd.uri());
        try {
            other.domainLookupByName(guest.instance().value()).shutdown();
        } finally {
            other.close();
        }
    }

    @Override
    protected String bootedMarker() {
        return GuestImage.READY;
    }
}
