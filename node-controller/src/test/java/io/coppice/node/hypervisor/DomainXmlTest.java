package io.coppice.node.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.node.disk.Disk;
import io.coppice.node.disk.NbdAddress;
import io.coppice.node.network.Endpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** If this failed, guests would get other hardware than the agent asked for, or a name could change a domain's definition. */
class DomainXmlTest {
    private static final InstanceId INSTANCE = new InstanceId("i-0123456789abcdef0");
    private static final DomainMark MARK =
            new DomainMark("2e80726b-3f8d-4c65-8197-847ab3acdd07", new AccountId("123456789012"), 7, 2);

    /** Of a host without a key for Ceph. */
    private static final VolumeXml SERVED = new VolumeXml(Optional.empty());

    @Test
    void rendersWhatWasAskedFor() {
        var xml = new DomainXml(Acceleration.TRANSLATED, "x86_64", Optional::empty, SERVED)
                .render(spec("/disks/root.qcow2", 128), MARK);
        assertTrue(xml.startsWith("<domain type=\"qemu\"><name>i-0123456789abcdef0</name><uuid>ec2"), xml);
        assertTrue(xml.contains("machine=\"q35\""), xml);
        assertTrue(xml.contains("<tb-cache unit=\"MiB\">32</tb-cache>"), xml);
        assertTrue(
                xml.contains("<mac address=\"02:00:00:00:00:01\"/><source bridge=\"br\"/><target dev=\"tap\"/>"), xml);
        assertFalse(xml.contains("<graphics"));
        assertTrue(
                xml.contains(
                        "<channel type=\"unix\"><target type=\"virtio\" name=\"org.qemu.guest_agent.0\"/></channel>"),
                xml);
    }

    @Test
    void aDeviceWithoutABridgeIsLeftToTheNetworkEngine() {
        var xml = new DomainXml(Acceleration.KVM, "x86_64", Optional::empty, SERVED)
                .render(spec("/disks/root.qcow2", 128, new Endpoint("tap", "", "02:00:00:00:00:01", 1450)), MARK);
        assertTrue(
                xml.contains("<interface type=\"ethernet\"><mac address=\"02:00:00:00:00:01\"/><target dev=\"tap\"/>"),
                xml);
    }

    @Test
    void aVolumeStopsItsGuestInsteadOfFailing() {
        var plug = new VolumePlug(new VolumeId("vol-0123456789abcdef0"), new NbdAddress.Socket("/run/v"), "e1", 0);
        var xml = SERVED.render(plug, "vdc");
        assertTrue(xml.contains("error_policy=\"stop\" rerror_policy=\"stop\""), xml);
        assertTrue(
                xml.contains("<source protocol=\"nbd\" name=\"e1\"><host transport=\"unix\" socket=\"/run/v\"/>"), xml);
        var read =
                PluggedVolumes.of("<domain><devices><disk type='file'><target dev='vda'/><serial>vol0</serial></disk>"
                        + xml + "</devices></domain>");
        assertEquals(Map.of(plug.volume(), "vdc"), read.volumes());
        assertEquals(Set.of("vda", "vdc"), read.targets());
    }

    @Test
    void aVolumeOfAnotherMachineIsDialledWithTls() {
        var address = new NbdAddress.Tls("volumes.us-east-1a", "10.0.0.7", 10_810);
        var xml = SERVED.render(new VolumePlug(new VolumeId("vol-0123456789abcdef0"), address, "e1", 0), "vdc");
        assertTrue(
                xml.contains("<source protocol=\"nbd\" name=\"e1\" tls=\"yes\" tlsHostname=\"volumes.us-east-1a\">"
                        + "<host name=\"10.0.0.7\" port=\"10810\"/>"),
                xml);
    }

    @Test
    void withoutADiskOfItsOwnAGuestBootsFromItsFirstVolume() {
        var root = new VolumePlug(new VolumeId("vol-00000000000000001"), new NbdAddress.Socket("/run/root"), "e1", 0);
        var data = new VolumePlug(new VolumeId("vol-00000000000000002"), new NbdAddress.Socket("/run/data"), "e2", 0);
        var spec = spec("/disks/root.qcow2", 128);
        var volumesOnly = new DomainSpec(
                INSTANCE,
                spec.account(),
                1,
                0,
                1,
                128,
                List.of(),
                spec.endpoints(),
                spec.consoleLog(),
                List.of(root, data));
        var xml = new DomainXml(Acceleration.KVM, "x86_64", Optional::empty, SERVED).render(volumesOnly, MARK);
        assertTrue(
                xml.contains("<target dev=\"vda\" bus=\"virtio\"/><serial>vol00000000000000001</serial>"
                        + "<boot order=\"1\"/>"),
                xml);
        assertTrue(xml.contains("<serial>vol00000000000000002</serial></disk>"), xml);
        assertFalse(xml.contains("type=\"file\" device"), xml);
    }

    @Test
    void localDisksComeBehindTheDiskThatBootsWhateverThatIs() {
        var local = new Disk(Path.of("/disks/ephemeral0.qcow2"), "qcow2", "ephemeral0");
        var root = new VolumePlug(new VolumeId("vol-00000000000000001"), new NbdAddress.Socket("/run/root"), "e1", 0);
        var data = new VolumePlug(new VolumeId("vol-00000000000000002"), new NbdAddress.Socket("/run/data"), "e2", 0);
        var onHost = render(with(spec("/disks/root.qcow2", 128), List.of(data), List.of(local), Firmware.BIOS));
        assertEquals(List.of("serial", "ephemeral0", "vol00000000000000002"), serials(onHost));
        var spec = spec("/disks/root.qcow2", 128);
        var onVolume = render(new DomainSpec(
                INSTANCE,
                spec.account(),
                1,
                0,
                1,
                128,
                List.of(),
                spec.endpoints(),
                spec.consoleLog(),
                List.of(root, data),
                List.of(local),
                Firmware.BIOS));
        assertEquals(List.of("vol00000000000000001", "ephemeral0", "vol00000000000000002"), serials(onVolume));
        for (var xml : List.of(onHost, onVolume)) {
            assertEquals(1, xml.split("<boot order=", -1).length - 1, xml);
            assertTrue(xml.indexOf("<boot order=") < xml.indexOf("ephemeral0.qcow2"), xml);
            assertTrue(xml.contains("<target dev=\"vdb\" bus=\"virtio\"/><serial>ephemeral0</serial></disk>"), xml);
        }
    }

    @Test
    void uefiHasVariablesOfTheInstancesOwnAndIsMissedByName() {
        var wanted = with(spec("/disks/root.qcow2", 128), List.of(), List.of(), Firmware.UEFI);
        var xml = render(wanted);
        assertTrue(
                xml.contains("<loader readonly=\"yes\" type=\"pflash\">/firmware/code</loader>"
                        + "<nvram template=\"/firmware/variables\">/firmware-variables.fd</nvram>"),
                xml);
        assertFalse(render(spec("/disks/root.qcow2", 128)).contains("<loader"));
        var without = new DomainXml(Acceleration.KVM, "x86_64", Optional::empty, SERVED);
        assertThrows(FirmwareMissingException.class, () -> without.render(wanted, MARK));
    }

    private static String render(DomainSpec spec) {
        var firmware = new UefiFirmware(Path.of("/firmware/code"), Path.of("/firmware/variables"));
        return new DomainXml(Acceleration.KVM, "x86_64", () -> Optional.of(firmware), SERVED).render(spec, MARK);
    }

    private static List<String> serials(String xml) {
        return Pattern.compile("<serial>(.*?)</serial>")
                .matcher(xml)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    private static DomainSpec with(DomainSpec spec, List<VolumePlug> volumes, List<Disk> local, Firmware firmware) {
        return new DomainSpec(
                spec.instance(),
                spec.account(),
                spec.generation(),
                spec.rebootCount(),
                spec.vcpus(),
                spec.memoryMib(),
                spec.disks(),
                spec.endpoints(),
                spec.consoleLog(),
                volumes,
                local,
                firmware);
    }

    @Test
    void escapesNames() {
        var xml = new DomainXml(Acceleration.KVM, "x86_64", Optional::empty, SERVED)
                .render(spec("/a'\"><evil/>&", 128), MARK);
        assertFalse(xml.contains("<evil/>"), xml);
        assertFalse(xml.contains("tb-cache"));
    }

    @Test
    void translationCachesGrowWithTheGuest() {
        assertEquals(32, DomainXml.translationCacheMib(64));
        assertEquals(32, DomainXml.translationCacheMib(512));
        assertEquals(64, DomainXml.translationCacheMib(1024));
        assertEquals(1024, DomainXml.translationCacheMib(1 << 20));
    }

    @Test
    void aMarkIsReadBackAndNothingElseIsTakenForOne() {
        assertEquals(Optional.of(MARK), DomainMark.parse(MARK.toElement()));
        assertEquals(Optional.empty(), DomainMark.parse("<instance/>"));
        assertEquals(Optional.empty(), DomainMark.parse("<other host='x'/>"));
        assertEquals(Optional.empty(), DomainMark.parse("no xml"));
        assertEquals(
                Optional.empty(),
                DomainMark.parse("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><instance host='&b;'/>"));
    }

    private static DomainSpec spec(String disk, long memoryMib) {
        return spec(disk, memoryMib, new Endpoint("tap", "br", "02:00:00:00:00:01", 1500));
    }

    private static DomainSpec spec(String disk, long memoryMib, Endpoint endpoint) {
        return new DomainSpec(
                INSTANCE,
                new AccountId("123456789012"),
                7,
                2,
                1,
                memoryMib,
                List.of(new Disk(Path.of(disk), "qcow2", "serial")),
                List.of(endpoint),
                Path.of("/console.log"));
    }
}
