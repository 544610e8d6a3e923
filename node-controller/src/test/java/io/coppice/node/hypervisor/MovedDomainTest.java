package io.coppice.node.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** If this failed, a guest that moves would write to a file of the host that it left, or not be its new host's. */
class MovedDomainTest {
    private static final MoveTarget TARGET = new MoveTarget(
            "qemu+unix:///system?socket=/run/there",
            Path.of("/run/memory"),
            Path.of("/run/disk"),
            new HostId("2e80726b-3f8d-4c65-8197-847ab3acdd07"),
            Path.of("/there/<root>.qcow2"),
            Path.of("/there/console.log"));
    private static final String DISK = """
            <disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
              <source file='/here/root.qcow2' index='1'/>
              <backingStore type='file' index='2'><source file='/here/image'/><backingStore/></backingStore>
              <target dev='vda' bus='virtio'/><address type='pci' bus='0x03'/></disk>
            """;
    private static final String DOMAIN = """
            <domain type='qemu' id='1'><name>i-0123456789abcdef0</name>
              <metadata><coppice:instance xmlns:coppice="urn:coppice:instance:1" host="11111111-3f8d-4c65-8197-847ab3acdd07"
                account="123456789012" generation="7" reboot-count="2"/></metadata>
              <devices>%s<serial type='pty'><log file='/here/console.log' append='on'/></serial></devices></domain>
            """;

    @Test
    void filesAndMarkAreThoseOfTheOtherHostAndDevicesStay() {
        var moved = MovedDomain.describe(DOMAIN.formatted(DISK), TARGET);
        assertFalse(moved.contains("/here"), moved);
        assertTrue(moved.contains("/there/&lt;root&gt;.qcow2"), moved);
        assertTrue(moved.contains("/there/console.log"), moved);
        assertTrue(moved.contains("<address bus=\"0x03\" type=\"pci\"/>"), moved);
        var mark = DomainMark.parse(moved.substring(moved.indexOf("<coppice:instance"), moved.indexOf("</metadata>")))
                .orElseThrow();
        assertEquals(TARGET.host().value(), mark.host());
        assertEquals(7, mark.generation());
    }

    @Test
    void aGuestWithAVolumeStays() {
        var volume = "<disk type='network' device='disk'><source protocol='nbd' name='e1'/><target dev='vdb'/></disk>";
        var refused = assertThrows(
                HypervisorException.class, () -> MovedDomain.describe(DOMAIN.formatted(DISK + volume), TARGET));
        assertTrue(String.valueOf(refused.getMessage()).contains("detach"), refused.toString());
        assertThrows(HypervisorException.class, () -> MovedDomain.describe(DOMAIN.formatted(volume), TARGET));
    }
}
