package io.coppice.node.hypervisor;

import static io.coppice.node.lab.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.node.disk.CephAddress;
import io.coppice.node.lab.TestNodeConfig.TestCeph;
import io.coppice.support.CephUnderTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;

/** If this failed, guests would not have the volumes that their QEMU opens in Ceph itself: with a real QEMU and a real Ceph. */
@Tag("full")
class LibvirtCephTest extends LibvirtHypervisorTest {
    private static final String GRANT = "e0123456789abcdef0123456789abcdef";
    private static final long GIB = 1L << 30;

    /** Of definitions and logs; disks are larger. */
    private static final long MOST_BYTES = 4L << 20;

    private static String pool = "";

    @BeforeAll
    static void startCeph() throws Exception {
        var lacking = CephUnderTest.lacking();
        assumeTrue(lacking.isEmpty(), lacking.orElse(""));
        pool = CephUnderTest.get().pool();
    }

    @Override
    protected Hypervisor open() throws Exception {
        var ceph = CephUnderTest.get();
        var host = HostId.keptIn(folder);
        var access = CephAccess.of(
                new TestCeph(
                        ceph.conf().toString(),
                        ceph.user(),
                        Optional.of(ceph.keyring().toString())),
                host);
        return new LibvirtHypervisor(new LibvirtSettings(libvirtd.uri(), host, folder, 4.0, 0, access), false);
    }

    @Override
    protected VolumePlug volume() throws Exception {
        var id = VolumeId.random();
        rbd("create", "--size", "16M", name(id));
        return plug(id, 0);
    }

    private static String name(VolumeId id) {
        return pool + "/" + id + "." + GRANT;
    }

    private static VolumePlug plug(VolumeId id, int sizeGib) throws Exception {
        return new VolumePlug(id, new CephAddress(cluster(), pool, id + "." + GRANT), GRANT, sizeGib);
    }

    private static String cluster() throws Exception {
        var conf = CephUnderTest.get().conf().toString();
        return CephUnderTest.run("ceph", "--conf", conf, "fsid").strip();
    }

    private static String rbd(String... arguments) throws Exception {
        var command = new ArrayList<>(
                List.of("rbd", "--conf", CephUnderTest.get().conf().toString()));
        command.addAll(List.of(arguments));
        return CephUnderTest.run(command.toArray(String[]::new));
    }

    @Test
    void aGuestSeesThatItsVolumeHasGrownAndTheKeyIsNowhere() throws Exception {
        var spec = bootable(InstanceId.random(), 1);
        var volume = volume();
        try (var hypervisor = open()) {
            hypervisor.start(spec);
            hypervisor.volumes().plug(spec.instance(), volume);
            rbd("resize", "--no-progress", "--size", "1G", name(volume.volume()));
            var larger = plug(volume.volume(), 1);
            hypervisor.volumes().grow(spec.instance(), larger);
            hypervisor.volumes().grow(spec.instance(), larger);
            var other = new Connect(libvirtd.uri());
            try {
                var domain = other.domainLookupByName(spec.instance().value());
                var target = PluggedVolumes.of(domain).volumes().get(volume.volume());
                assertEquals(GIB, domain.blockInfo(target).getCapacity());
                var key = CephUnderTest.run(
                                "ceph-authtool", CephUnderTest.get().keyring().toString(), "-n", "client.coppice", "-p")
                        .strip();
                assertFalse(domain.getXMLDesc(1).contains(key), "the key is in the domain");
                assertFalse(
                        ProcessHandle.allProcesses()
                                .flatMap(process -> process.info().commandLine().stream())
                                .anyMatch(line -> line.contains(key)),
                        "the key is in an argument");
                var secret = other.secretLookupByUUIDString(
                        CephAccess.secretOf(HostId.keptIn(folder)).toString());
                // Private: libvirt gives it to nobody but QEMU.
                assertThrows(LibvirtException.class, secret::getByteValue);
                assertEquals(List.of(), filesWith(key));
            } finally {
                other.close();
            }
            hypervisor.remove(spec.instance());
        }
    }

    private static List<Path> filesWith(String text) throws IOException {
        var found = new ArrayList<Path>();
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                if (Files.size(file) < MOST_BYTES
                        && Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    @Test
    void aLibvirtThatIsStartedAnewIsGivenTheKeyAgain() throws Exception {
        var spec = bootable(InstanceId.random(), 1);
        var volume = volume();
        try (var hypervisor = open()) {
            hypervisor.start(spec);
            libvirtd.restart();
            eventually("libvirt answers again", () -> {
                try {
                    hypervisor.volumes().plug(spec.instance(), volume);
                    return true;
                } catch (HypervisorException e) {
                    return false;
                }
            });
            assertEquals(Set.of(volume.volume()), hypervisor.volumes().of(spec.instance()));
            hypervisor.remove(spec.instance());
        }
    }
}
