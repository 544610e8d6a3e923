package io.coppice.ebs.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.layer.Layers;
import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.QemuCredentials;
import io.coppice.proto.ebs.v1.VolumeExport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, volumes would go over the network in the clear, or to whoever asks for them. */
class TlsVolumesTest {
    private static final String NAME = "e00000000000000000000000000000001";
    private static final String OTHER = "e00000000000000000000000000000002";
    private static final String THIRD = "e00000000000000000000000000000003";
    private static final String SERVER = "volumes.us-east-1a";
    private static final long GIB = 1L << 30;
    private static final int PORTS = 64;
    private static final long DEADLINE = Duration.ofMinutes(1).toNanos();

    @TempDir
    Path folder;

    private final List<VolumeId> served = new ArrayList<>();
    private CertificateAuthority authority;
    private Layers layers;
    private QemuVolumeServer server;
    private int firstPort;

    @BeforeEach
    void open() throws IOException {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/qemu-storage-daemon"))
                        && Files.isExecutable(Path.of("/usr/bin/qemu-io")),
                "needs qemu-storage-daemon and qemu-io: install qemu-system-common and qemu-utils");
        authority = CertificateAuthority.openOrCreate(folder.resolve("ca"), Clock.systemUTC());
        layers = new Layers(folder.resolve("v"));
        firstPort = freePort();
        server = reopen();
    }

    private QemuVolumeServer reopen() throws IOException {
        var identity = new PeerIdentity(PeerKind.EBS_CONTROLLER, "us-east-1a");
        var credentials = credentials(authority, identity, Set.of(SERVER), QemuCredentials.End.SERVER);
        var tls = NbdTls.of("127.0.0.1", firstPort + "-" + (firstPort + PORTS), credentials, SERVER);
        return new QemuVolumeServer(folder.resolve("r"), layers, DiskKeys.NONE, Optional.of(tls), true);
    }

    @AfterEach
    void close() throws IOException {
        if (server != null) {
            for (var volume : served) {
                server.withdraw(volume);
            }
            server.close();
        }
    }

    @Test
    void aHostOfThisCloudReadsAndWritesAndNobodyElseDoes() throws Exception {
        var export = serve(VolumeId.random(), NAME);
        var host = host(authority, PeerKind.NODE);
        assertEquals(0, io(export, host, SERVER, "write -P 7 0 1M"));
        assertEquals(0, io(export, host, SERVER, "read -P 7 0 1M"));
        // Another role of this cloud, a host of another cloud, nobody in particular, and a host that looks for another.
        assertNotEquals(0, io(export, host(authority, PeerKind.WALRUS), SERVER, "read 0 512"));
        var another = CertificateAuthority.openOrCreate(folder.resolve("other-ca"), Clock.systemUTC());
        assertNotEquals(0, io(export, host(another, PeerKind.NODE), SERVER, "read 0 512"));
        var address = address(export);
        assertNotEquals(0, run(List.of("qemu-io", "-f", "raw", "-c", "read 0 512", "nbd://" + address + "/" + NAME)));
        assertNotEquals(0, io(export, host, "volumes.eu-west-1a", "read 0 512"));
        // Who knows another name only.
        var unknown = export.toBuilder().setName("e00000000000000000000000000000002");
        assertNotEquals(0, io(unknown.build(), host, SERVER, "read 0 512"));
        assertEquals(0, io(export, host, SERVER, "read -P 7 0 1M"));
    }

    @Test
    void eachVolumeHasAPortThatItKeeps() throws Exception {
        var host = host(authority, PeerKind.NODE);
        var first = VolumeId.random();
        var export = serve(first, NAME);
        var second = serve(VolumeId.random(), "e00000000000000000000000000000003");
        assertNotEquals(address(export), address(second));
        assertEquals(0, io(export, host, SERVER, "write -P 5 0 4096"));

        pid(first).orElseThrow().destroyForcibly();
        eventually(() -> io(export, host, SERVER, "read -P 5 0 4096") == 0);
        server.close();
        server = reopen();
        assertEquals(List.of(export), again(first, Grants.alone(NAME)));
        assertEquals(0, io(export, host, SERVER, "read -P 5 0 4096"));
    }

    @Test
    void aPortThatSomethingElseHasIsLeftToIt() throws Exception {
        try (var other = new ServerSocket(firstPort, 1, InetAddress.getLoopbackAddress())) {
            var export = serve(VolumeId.random(), NAME);
            assertNotEquals("127.0.0.1:" + other.getLocalPort(), address(export));
            assertEquals(0, io(export, host(authority, PeerKind.NODE), SERVER, "write -P 1 0 4096"));
        }
    }

    @Test
    void aVolumeLetsInTheHostThatHasItAndNoOther() throws Exception {
        var volume = VolumeId.random();
        var first = NodeId.random();
        var second = NodeId.random();
        var firstHost = host(first);
        var secondHost = host(second);
        // Until its instance has run, any host of the cloud may be the one.
        var export = serve(volume, NAME);
        assertEquals(0, io(export, secondHost, SERVER, "write -P 3 0 4096"));
        var daemon = pid(volume).orElseThrow();

        assertEquals(List.of(export), again(volume, Grants.alone(NAME).on(Map.of(NAME, first))));
        assertEquals(daemon, pid(volume).orElseThrow(), "whoever has it open would have been cut off");
        assertNotEquals(0, io(export, secondHost, SERVER, "read 0 512"));
        assertEquals(0, io(export, firstHost, SERVER, "read -P 3 0 4096"));
        // So it is of a daemon that takes the place of a dead one, and of one that a new EBS controller finds.
        daemon.destroyForcibly();
        eventually(() -> io(export, firstHost, SERVER, "write -P 4 0 4096") == 0);
        assertNotEquals(0, io(export, secondHost, SERVER, "read 0 512"));
        daemon = pid(volume).orElseThrow();
        server.close();
        server = reopen();
        assertEquals(List.of(export), again(volume, Grants.alone(NAME).on(Map.of(NAME, first))));
        assertEquals(daemon, pid(volume).orElseThrow());
        assertNotEquals(0, io(export, secondHost, SERVER, "read 0 512"));

        // Its instance has moved: the former host has lost it, and what it had open.
        try (var open = open(export, firstHost)) {
            assertTrue(open.succeeds("read -P 4 0 4096"));
            assertEquals(List.of(export), again(volume, Grants.alone(NAME).on(Map.of(NAME, second))));
            assertFalse(open.succeeds("write -P 5 0 4096"));
        }
        assertNotEquals(0, io(export, firstHost, SERVER, "read 0 512"));
        assertEquals(0, io(export, secondHost, SERVER, "read -P 4 0 4096"));
    }

    @Test
    void aVolumeOfSeveralInstancesLetsInTheirHosts() throws Exception {
        var volume = VolumeId.random();
        var nodes = List.of(NodeId.random(), NodeId.random(), NodeId.random());
        var hosts = new ArrayList<Path>();
        for (var node : nodes) {
            hosts.add(host(node));
        }
        served.add(volume);
        layers.add(volume, GIB, Optional.empty());
        var both = Grants.shared(Set.of(NAME, OTHER)).on(Map.of(NAME, nodes.get(0), OTHER, nodes.get(1)));
        var exports = again(volume, both);
        try (var stays = open(exports.get(1), hosts.get(1))) {
            assertTrue(stays.succeeds("write -P 1 0 4096"));
            assertEquals(0, io(exports.get(0), hosts.get(0), SERVER, "read -P 1 0 4096"));
            assertNotEquals(0, io(exports.get(0), hosts.get(2), SERVER, "read 0 512"));
            var daemon = pid(volume).orElseThrow();
            // One lets go of it: its host is let in no more, also not by the other's name, and the other one notices
            // nothing.
            again(volume, Grants.shared(Set.of(OTHER)).on(Map.of(OTHER, nodes.get(1))));
            assertTrue(stays.succeeds("write -P 2 0 4096"));
            assertNotEquals(0, io(exports.get(1), hosts.get(0), SERVER, "read 0 512"));
            // Another one comes, while the EBS controller is another process.
            server.close();
            server = reopen();
            var three = Grants.shared(Set.of(OTHER, THIRD)).on(Map.of(OTHER, nodes.get(1), THIRD, nodes.get(2)));
            var third = again(volume, three).get(1);
            assertEquals(0, io(third, hosts.get(2), SERVER, "read -P 2 0 4096"));
            assertTrue(stays.succeeds("write -P 3 0 4096"));
            assertEquals(daemon, pid(volume).orElseThrow());
        }
    }

    private VolumeExport serve(VolumeId volume, String name) throws IOException {
        served.add(volume);
        layers.add(volume, GIB, Optional.empty());
        return again(volume, Grants.alone(name)).getFirst();
    }

    private List<VolumeExport> again(VolumeId volume, Grants grants) throws IOException {
        return server.serve(volume, layers.find(volume).orElseThrow(), grants);
    }

    private static void eventually(Callable<Boolean> condition) throws Exception {
        var deadline = System.nanoTime() + DEADLINE;
        while (!condition.call()) {
            assertTrue(System.nanoTime() < deadline, "the volume is not served where it was");
        }
    }

    private Optional<ProcessHandle> pid(VolumeId volume) throws IOException {
        var text = Files.readString(folder.resolve("r").resolve(volume.value() + ".pid"));
        return ProcessHandle.of(Long.parseLong(text.strip()));
    }

    private Path host(NodeId node) throws IOException {
        return credentials(
                authority, new PeerIdentity(PeerKind.NODE, node.value()), Set.of(), QemuCredentials.End.CLIENT);
    }

    private Path host(CertificateAuthority issuer, PeerKind kind) throws IOException {
        return credentials(issuer, new PeerIdentity(kind, "n-1"), Set.of(), QemuCredentials.End.CLIENT);
    }

    private Path credentials(
            CertificateAuthority issuer, PeerIdentity identity, Set<String> names, QemuCredentials.End end)
            throws IOException {
        var pki = Files.createTempDirectory(folder, "pki");
        issuer.issue(identity, names).save(pki);
        var credentials = Files.createTempDirectory(folder, "qemu");
        QemuCredentials.fill(credentials, pki, end);
        return credentials;
    }

    private static String address(VolumeExport export) {
        var parts = export.getTlsAddress().split("@", -1);
        assertEquals(SERVER, parts[0]);
        return parts[1];
    }

    private static int io(VolumeExport export, Path credentials, String serverName, String command) throws Exception {
        var line = new ArrayList<>(client(export, credentials, serverName));
        line.addAll(List.of("-c", command));
        return run(line);
    }

    /** A volume that a host keeps open. */
    private static OpenVolume open(VolumeExport export, Path credentials) throws IOException {
        return new OpenVolume(client(export, credentials, SERVER));
    }

    private static List<String> client(VolumeExport export, Path credentials, String serverName) {
        var address = address(export).split(":", -1);
        return List.of(
                "qemu-io",
                "--object",
                "tls-creds-x509,id=host,endpoint=client,dir=" + credentials,
                "--image-opts",
                "driver=raw,file.driver=nbd,file.export=" + export.getName()
                        + ",file.server.type=inet,file.server.host="
                        + address[0] + ",file.server.port=" + address[1] + ",file.tls-creds=host,file.tls-hostname="
                        + serverName);
    }

    /** As qemu-io ends: 0 when it could do what it was told, and read what it should. */
    private static int run(List<String> command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(process.waitFor(1, TimeUnit.MINUTES), said);
        return said.contains("Pattern verification failed") ? 1 : process.exitValue();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return Math.min(socket.getLocalPort(), 65_000);
        }
    }
}
