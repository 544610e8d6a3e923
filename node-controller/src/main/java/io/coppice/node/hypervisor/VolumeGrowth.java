package io.coppice.node.hypervisor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/**
 * Shows a running guest the new size of a volume. NBD tells a size once, to whoever opens the export, so the EBS controller
 * has hung up; QEMU dials again at the next request, and then believes the new size. Source: block_resize in
 * qemu-qmp-ref(7).
 */
final class VolumeGrowth {
    private static final int ATTEMPTS = 10;

    private final QemuMonitor qemu;
    private final VolumePlug volume;

    VolumeGrowth(Domain running, VolumePlug volume) {
        this.qemu = new QemuMonitor(running);
        this.volume = volume;
    }

    /** Throws {@link HypervisorException} when the volume is not served with that size yet. */
    void show() throws LibvirtException {
        var disk = disk();
        if (disk.path("image").path("virtual-size").asLong() >= volume.sizeBytes()) {
            return;
        }
        var node = disk.path("node-name").asText();
        for (int attempt = 1; ; attempt++) {
            // One request finds out that the connection is gone, a later one dials.
            qemu.touch(node);
            try {
                qemu.execute("block_resize", Map.of("node-name", node, "size", volume.sizeBytes()));
                return;
            } catch (HypervisorException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private JsonNode disk() throws LibvirtException {
        for (var each : qemu.execute("query-block", Map.of())) {
            var disk = each.path("inserted");
            if (disk.path("file").asText().contains(volume.exportName())) {
                return disk;
            }
        }
        throw new HypervisorException("QEMU does not have " + volume + " open");
    }
}
