package io.coppice.ebs.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.layer.Layers;
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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, volumes would go over the network in the clear, or to whoever asks for them. */
class TlsVolumesTest {
    private static final String NAME = "e00000000000000000000000000000001";
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
        return new QemuVolumeServer(folder.resolve("r"), layers, DiskKeys.NONE, Optional.of(tls));
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
        var deadline = System.nanoTime() + DEADLINE;
        while (io(export, host, SERVER, "read -P 5 0 4096") != 0) {
            assertTrue(System.nanoTime() < deadline, "the volume is not served where it was");
        }
        server.close();
        server = reopen();
        assertEquals(List.of(export), server.serve(first, layers.find(first).orElseThrow(), Grants.alone(NAME)));
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

    private VolumeExport serve(VolumeId volume, String name) throws IOException {
        served.add(volume);
        return server.serve(volume, layers.add(volume, GIB, Optional.empty()), Grants.alone(name))
                .getFirst();
    }

    private Optional<ProcessHandle> pid(VolumeId volume) throws IOException {
        var text = Files.readString(folder.resolve("r").resolve(volume.value() + ".pid"));
        return ProcessHandle.of(Long.parseLong(text.strip()));
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
        var address = address(export).split(":", -1);
        return run(List.of(
                "qemu-io",
                "--object",
                "tls-creds-x509,id=host,endpoint=client,dir=" + credentials,
                "--image-opts",
                "-c",
                command,
                "driver=raw,file.driver=nbd,file.export=" + export.getName()
                        + ",file.server.type=inet,file.server.host="
                        + address[0] + ",file.server.port=" + address[1] + ",file.tls-creds=host,file.tls-hostname="
                        + serverName));
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
