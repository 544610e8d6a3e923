package io.coppice.node.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.VolumeId;
import io.coppice.node.disk.CephAddress;
import io.coppice.node.lab.TestNodeConfig.TestCeph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, guests would be given volumes of another cluster, or the key to all volumes would stand where others read it. */
class CephAccessTest {
    private static final String CLUSTER = "d651a03c-52c4-4e7e-9410-d87c72198bf2";
    private static final String KEY = "AQAqKyFnAAAAABAAzTUVeXhWfqXhTEkZ1v1z9g==";
    private static final VolumeId VOLUME = new VolumeId("vol-0123456789abcdef0");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private Optional<CephAccess> access(String conf, String keyring) throws IOException {
        var confFile = Files.writeString(folder.resolve("ceph.conf"), conf);
        var keyFile = Files.writeString(folder.resolve("keyring"), keyring);
        return CephAccess.of(
                new TestCeph(confFile.toString(), "coppice", Optional.of(keyFile.toString())), HostId.keptIn(folder));
    }

    private CephAccess access() throws IOException {
        return access(
                        "[global]\n  fsid = " + CLUSTER + "\n[client.coppice]\nfsid = other\n",
                        "[client.other]\n\tkey = AAAA\n[client.coppice]\n\tkey = " + KEY
                                + "\n\tcaps mon = \"profile rbd\"\n")
                .orElseThrow();
    }

    private static VolumePlug plug(String cluster, String image) {
        return new VolumePlug(VOLUME, new CephAddress(cluster, "pool", image), "e1", 0);
    }

    @Test
    void anImageIsOpenedByQemuWithASecretThatLibvirtKnows() throws IOException {
        var access = access();
        var xml = new VolumeXml(Optional.of(access)).render(plug(CLUSTER, VOLUME + ".e1"), "vdc");
        assertTrue(
                xml.contains("<source protocol=\"rbd\" name=\"pool/vol-0123456789abcdef0.e1\"><config file=\""
                        + folder.resolve("ceph.conf")
                        + "\"/><auth username=\"coppice\"><secret type=\"ceph\" uuid=\"" + access.secret()
                        + "\"/></auth></source>"),
                xml);
        assertTrue(xml.contains("error_policy=\"stop\" rerror_policy=\"stop\""), xml);
        assertTrue(xml.contains("<serial>vol0123456789abcdef0</serial>"), xml);
        assertTrue(xml.contains("cache=\"none\""), xml);
        assertFalse(xml.contains(KEY), "the key is in the domain");
        assertFalse(access.toString().contains(KEY));
        assertEquals(
                Map.of(VOLUME, "vdc"),
                PluggedVolumes.of("<domain><devices>" + xml + "</devices></domain>")
                        .volumes());
    }

    @Test
    void aSecretOfOneHostIsAlwaysTheSameAndNoOtherHosts() throws IOException {
        assertEquals(access().secret(), access().secret());
        assertFalse(access().secret()
                .equals(CephAccess.secretOf(HostId.keptIn(Files.createDirectories(folder.resolve("other"))))));
    }

    @Test
    void volumesOfAnotherClusterAreRefusedAndSoAreAllWithoutAKey() throws IOException {
        var with = new VolumeXml(Optional.of(access()));
        assertThrows(HypervisorException.class, () -> with.render(plug("other", "image"), "vdc"));
        var without = new VolumeXml(Optional.empty());
        assertThrows(HypervisorException.class, () -> without.render(plug(CLUSTER, "image"), "vdc"));
        assertEquals(
                Optional.empty(),
                CephAccess.of(new TestCeph("/nowhere", "coppice", Optional.empty()), HostId.keptIn(folder)));
    }

    @Test
    void namesThatMeanSomethingElseToQemuAreNoImages() {
        assertThrows(IllegalArgumentException.class, () -> plug(CLUSTER, "image@snapshot"));
        assertThrows(IllegalArgumentException.class, () -> plug(CLUSTER, "image:conf=/etc/passwd"));
        assertThrows(IllegalArgumentException.class, () -> plug(CLUSTER, "a/b"));
    }

    @Test
    void whatIsMissingIsNamedWithoutTheKey() throws IOException {
        var key = "[client.coppice]\nkey = " + KEY;
        message("fsid", () -> access("[global]\nmon_host = 10.0.0.1\n", key));
        message("client.coppice", () -> access("[global]\nfsid = " + CLUSTER, "[client.other]\nkey = " + KEY));
        message("malformed", () -> access("[global]\nfsid = " + CLUSTER, "[client.coppice]\nkey = " + KEY + "!"));
        assertThrows(
                NoSuchFileException.class,
                () -> CephAccess.of(
                        new TestCeph("/nowhere", "coppice", Optional.of("/nowhere")), HostId.keptIn(folder)));
    }

    private static void message(String part, org.junit.jupiter.api.function.Executable opening) {
        var said = String.valueOf(
                assertThrows(IllegalArgumentException.class, opening).getMessage());
        assertTrue(said.contains(part), said);
        assertFalse(said.contains(KEY), said);
    }
}
