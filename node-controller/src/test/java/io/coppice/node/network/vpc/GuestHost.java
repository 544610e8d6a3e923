package io.coppice.node.network.vpc;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.node.disk.Disk;
import io.coppice.node.disk.DiskStore.CachedBase;
import io.coppice.node.disk.QcowDiskStore;
import io.coppice.node.door.HostDoor;
import io.coppice.node.hypervisor.DomainSpec;
import io.coppice.node.hypervisor.HostId;
import io.coppice.node.hypervisor.LibvirtHypervisor;
import io.coppice.node.hypervisor.LibvirtSettings;
import io.coppice.node.hypervisor.MoveTarget;
import io.coppice.node.lab.GuestImage;
import io.coppice.node.lab.PrivateLibvirtd;
import io.coppice.node.move.Lane;
import io.coppice.node.move.MoveGate;
import io.coppice.node.move.MoveRoad;
import io.coppice.node.move.Ticket;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** A host of the lab with a libvirtd, disks and a metadata service of its own: real guests run on it. */
final class GuestHost implements AutoCloseable {
    private static final long RESERVE_MIB = 64;
    private static final int MEMORY_MIB = 128;
    /** As libvirt and QEMU see them. */
    private static final Path SOCKETS = Path.of("/run/libvirt/move");

    private static final int GATE_PORT = 8790;
    private static final String PUBLIC_KEY = "/latest/meta-data/public-keys/0/openssh-key";
    private static final String INSTANCE_ID = "/latest/meta-data/instance-id";

    private final LabHost lab;
    private final Path folder;
    private final String publicKey;
    private final PrivateLibvirtd libvirtd;
    private final HostId id = new HostId(UUID.randomUUID().toString());
    private final LibvirtHypervisor hypervisor;
    private final QcowDiskStore disks;
    private final CachedBase base;
    private final HttpServer metadata;
    private final TlsMaterial certificate;
    private final MoveGate gate = new MoveGate();
    private final HostDoor door;

    GuestHost(LabHost lab, Path folder, String publicKey, CertificateAuthority authority)
            throws IOException, InterruptedException {
        this.lab = lab;
        this.folder = Files.createDirectories(folder);
        this.publicKey = publicKey;
        var instances = Files.createDirectories(folder.resolve("instances"));
        this.disks = new QcowDiskStore(instances, RESERVE_MIB, folder);
        // As on two machines, the image below the disk has a name of its own on each.
        var image = Files.copy(GuestImage.file(), folder.resolve("image"));
        this.base = new CachedBase(GuestImage.sha256(image), image, "qcow2");
        this.libvirtd = PrivateLibvirtd.startIn(lab.space().name(), folder.resolve("libvirt"));
        this.hypervisor = new LibvirtHypervisor(new LibvirtSettings(libvirtd.uri(), id, instances, 4, 512), false);
        this.metadata = lab.space().call(() -> {
            var settings = lab.settings();
            var server =
                    HttpServer.create(new InetSocketAddress(settings.metadataAddress(), settings.metadataPort()), 0);
            server.createContext("/", this::answer);
            server.start();
            return server;
        });
        this.certificate =
                authority.issue(new PeerIdentity(PeerKind.NODE, lab.settings().nodeId()), Set.of());
        this.door = new HostDoor(
                lab.space()
                        .call(() -> new ServerSocket(
                                GATE_PORT,
                                50,
                                InetAddress.ofLiteral(lab.settings().underlayAddress()))),
                OwnCertificate.of(certificate),
                List.of(gate));
        Files.createDirectories(socketFolder());
    }

    /** The folder that this host's libvirt and QEMU know as {@link #SOCKETS}. */
    private Path socketFolder() {
        return folder.resolve("libvirt/run/move");
    }

    /** The way by which this host sends a guest to another one that expects it. */
    MoveRoad roadTo(GuestHost other, Ticket ticket) throws IOException {
        var destination = new MoveRoad.Destination(other.certificate.identity(), () -> lab.space()
                .call(() ->
                        new Socket(InetAddress.ofLiteral(other.lab.settings().underlayAddress()), GATE_PORT)));
        return MoveRoad.open(socketFolder(), destination, ticket, certificate);
    }

    /** Lets a guest of another host come in. */
    MoveGate.Admission expect(Ticket ticket, GuestHost other) {
        return gate.expect(
                ticket,
                other.certificate.identity(),
                Map.of(
                        Lane.CONTROL, folder.resolve("libvirt/run/libvirt-sock"),
                        Lane.MEMORY, socketFolder().resolve(Lane.MEMORY.socketName()),
                        Lane.DISK, socketFolder().resolve(Lane.DISK.socketName())));
    }

    /** Who asks is known by the number that stands for him on this host, and by nothing else. */
    private void answer(HttpExchange exchange) throws IOException {
        var guest = lab.engine()
                .metadataEntry()
                .whoIs(exchange.getRemoteAddress().getAddress().getHostAddress());
        var path = exchange.getRequestURI().getPath();
        var text =
                switch (guest.isPresent() && exchange.getRequestMethod().equals("GET") ? path : "") {
                    case PUBLIC_KEY -> publicKey;
                    case INSTANCE_ID -> guest.orElseThrow().privateAddress();
                    default -> "";
                };
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(bytes.length == 0 ? 404 : 200, bytes.length == 0 ? -1 : bytes.length);
        try (var body = exchange.getResponseBody()) {
            body.write(bytes);
        }
    }

    LabHost lab() {
        return lab;
    }

    LibvirtHypervisor hypervisor() {
        return hypervisor;
    }

    PrivateLibvirtd libvirtd() {
        return libvirtd;
    }

    void launch(InstanceId instance, NetworkEndpoint endpoint) throws IOException {
        var disk = disk(instance);
        var made = lab.engine().ensure(instance, List.of(endpoint));
        hypervisor.start(new DomainSpec(
                instance,
                new AccountId("123456789012"),
                1,
                0,
                1,
                MEMORY_MIB,
                List.of(disk),
                made,
                consoleLog(instance)));
        lab.engine().attached(instance);
    }

    private Disk disk(InstanceId instance) throws IOException {
        return disks.ensureRootDisk(instance, base, 0);
    }

    private Path consoleLog(InstanceId instance) {
        return folder.resolve("instances").resolve(instance.value()).resolve("console.log");
    }

    /** What another host needs to know to send a guest here by its road; the disk is ready afterwards. */
    MoveTarget target(InstanceId instance) throws IOException {
        return new MoveTarget(
                "qemu+unix:///system?socket=" + SOCKETS.resolve(Lane.CONTROL.socketName()),
                SOCKETS.resolve(Lane.MEMORY.socketName()),
                SOCKETS.resolve(Lane.DISK.socketName()),
                id,
                disk(instance).file(),
                consoleLog(instance));
    }

    void remove(InstanceId instance) throws IOException {
        lab.engine().release(instance);
        disks.remove(instance);
    }

    boolean hasDisk(InstanceId instance) throws IOException {
        return disks.hasRootDisk(instance);
    }

    @Override
    public void close() throws IOException {
        metadata.stop(0);
        door.close();
        hypervisor.close();
        libvirtd.close();
    }
}
