package io.coppice.node.hypervisor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/**
 * The monitor of a running domain's QEMU, for what libvirt has no call for. Source: virDomainQemuMonitorCommand in
 * libvirt-qemu.h; qemu-qmp-ref(7).
 */
record QemuMonitor(Domain domain) {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP: a command as people type it. */
    private static final int AS_TYPED = 1;

    /** What QEMU returns; throws {@link HypervisorException} with its words when it refuses. */
    JsonNode execute(String command, Map<String, ?> arguments) throws LibvirtException {
        try {
            var text = JSON.writeValueAsString(Map.of("execute", command, "arguments", arguments));
            var answer = JSON.readTree(domain.qemuMonitorCommand(text, 0));
            if (answer.has("error")) {
                throw new HypervisorException("QEMU refuses " + command + ": "
                        + answer.path("error").path("desc").asText());
            }
            return answer.path("return");
        } catch (JsonProcessingException e) {
            throw new HypervisorException("QEMU's answer to " + command + " cannot be read", e);
        }
    }

    /** Reads the first block of a disk, which the guest does not notice, whether that succeeds or not. */
    void touch(String node) throws LibvirtException {
        domain.qemuMonitorCommand("qemu-io " + node + " \"read 0 512\"", AS_TYPED);
    }
}
