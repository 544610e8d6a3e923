package io.coppice.node.hypervisor;

import com.fasterxml.jackson.databind.JsonNode;
import io.coppice.node.disk.CopyTarget;
import io.coppice.node.disk.NbdAddress;
import io.coppice.node.disk.NbdCredentials;
import java.util.Map;
import java.util.Optional;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/**
 * Copies the root disk of a running guest, as it is when the copy begins: QEMU saves what the guest overwrites meanwhile. A
 * job of QEMU's own, which is asked for by its name, so that it goes on while the agent is away. libvirt has no call for a
 * copy over NBD, so QEMU is told directly. Source: blockdev-backup in qemu-qmp-ref(7).
 */
final class RootCopy {
    private static final String RUNNING_DISK = "inserted";
    private static final String CREDENTIALS = "coppice-nbd";

    private final QemuMonitor qemu;
    private final String job;
    private final String node;

    /** A copy by the name that {@code target} gives it. */
    RootCopy(Domain domain, CopyTarget target) {
        this.qemu = new QemuMonitor(domain);
        // Names of QEMU begin with a letter and hold at most 31 characters.
        this.job = "copy-" + target.copyId();
        this.node = "c" + target.copyId().substring(target.copyId().indexOf('-') + 1);
    }

    /** Whether QEMU knows of it, done or not. */
    boolean hasBegun() throws LibvirtException {
        return find("query-jobs", job).isPresent();
    }

    /** Begins it, or looks how it is. True once it is done; throws with QEMU's words when it failed. */
    boolean advance(CopyTarget target) throws LibvirtException {
        var status = find("query-jobs", job);
        if (status.isEmpty()) {
            begin(target);
            return false;
        }
        if (!status.get().path("status").asText().equals("concluded")) {
            return false;
        }
        qemu.execute("job-dismiss", Map.of("id", job));
        // What was written reaches the disk by this.
        qemu.execute("blockdev-del", Map.of("node-name", node));
        if (status.get().hasNonNull("error")) {
            throw new HypervisorException("the root disk could not be copied: "
                    + status.get().path("error").asText());
        }
        return true;
    }

    private void begin(CopyTarget target) throws LibvirtException {
        var root = root();
        if (hasNode()) {
            // Left by an attempt whose job did not begin.
            qemu.execute("blockdev-del", Map.of("node-name", node));
        }
        qemu.execute(
                "blockdev-add",
                Map.of(
                        "driver",
                        "raw",
                        "node-name",
                        node,
                        // The two ends of a copy must be of one size.
                        "size",
                        root.path("image").path("virtual-size").asLong(),
                        "file",
                        source(target)));
        qemu.execute(
                "blockdev-backup",
                Map.of(
                        "job-id",
                        job,
                        "device",
                        root.path("node-name").asText(),
                        "target",
                        node,
                        "sync",
                        "full",
                        "auto-dismiss",
                        false));
    }

    private Map<String, Object> source(CopyTarget target) throws LibvirtException {
        return switch (target.address()) {
            case NbdAddress.Socket(var path) ->
                Map.of("driver", "nbd", "server", Map.of("type", "unix", "path", path), "export", target.exportName());
            case NbdAddress.Tls(var serverName, var host, var port) -> {
                knowCredentials();
                yield Map.of(
                        "driver",
                        "nbd",
                        "server",
                        Map.of("type", "inet", "host", host, "port", String.valueOf(port)),
                        "export",
                        target.exportName(),
                        "tls-creds",
                        CREDENTIALS,
                        "tls-hostname",
                        serverName);
            }
        };
    }

    /** Tells QEMU of the host's certificate, once. */
    private void knowCredentials() throws LibvirtException {
        for (var each : qemu.execute("qom-list", Map.of("path", "/objects"))) {
            if (each.path("name").asText().equals(CREDENTIALS)) {
                return;
            }
        }
        qemu.execute(
                "object-add",
                Map.of(
                        "qom-type",
                        "tls-creds-x509",
                        "id",
                        CREDENTIALS,
                        "dir",
                        NbdCredentials.FOLDER_OF_QEMU,
                        "endpoint",
                        "client"));
    }

    private boolean hasNode() throws LibvirtException {
        for (var each : qemu.execute("query-named-block-nodes", Map.of("flat", true))) {
            if (each.path("node-name").asText().equals(node)) {
                return true;
            }
        }
        return false;
    }

    /** The disk that lies on this host: volumes come by NBD. */
    private JsonNode root() throws LibvirtException {
        for (var each : qemu.execute("query-block", Map.of())) {
            var disk = each.path(RUNNING_DISK);
            if (disk.path("drv").asText().equals("qcow2")) {
                return disk;
            }
        }
        throw new HypervisorException(qemu.domain().getName() + " has no root disk on this host");
    }

    private Optional<JsonNode> find(String query, String id) throws LibvirtException {
        for (var each : qemu.execute(query, Map.of())) {
            if (each.path("id").asText().equals(id)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }
}
