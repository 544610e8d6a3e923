package io.coppice.server.up;

import io.coppice.server.OperatorException;
import java.util.List;
import java.util.Optional;

/**
 * Whether guests are real.
 *
 * @param name {@code libvirt} or {@code simulated}
 * @param reason said aloud when it was not asked for
 */
public record HypervisorChoice(String name, String reason) {
    public static final String LIBVIRT = "libvirt";
    public static final String SIMULATED = "simulated";

    /** The programs without which no real guest starts. */
    public static final List<String> PROGRAMS =
            List.of("qemu-system-x86_64", "qemu-img", "libvirtd", "ip", "nft", "dnsmasq");

    /** What was asked for when it can be had; otherwise real guests where they can run, else simulated ones. */
    public static HypervisorChoice of(Optional<String> asked, Machine machine) {
        var obstacle = obstacle(machine);
        if (asked.isEmpty()) {
            return obstacle.map(reason -> new HypervisorChoice(SIMULATED, reason))
                    .orElseGet(() -> new HypervisorChoice(LIBVIRT, "this machine can run guests"));
        }
        var name = asked.get();
        if (!name.equals(LIBVIRT) && !name.equals(SIMULATED)) {
            throw new OperatorException("no hypervisor \"" + name + "\"", "Choose --hypervisor libvirt or simulated.");
        }
        if (name.equals(LIBVIRT) && obstacle.isPresent()) {
            throw new OperatorException(
                    "real guests cannot run here: " + obstacle.get(),
                    "Run as root with the packages of deploy/packages.txt installed, or choose --hypervisor simulated.");
        }
        return new HypervisorChoice(name, "asked for");
    }

    private static Optional<String> obstacle(Machine machine) {
        if (!machine.root()) {
            return Optional.of("not root");
        }
        var missing = PROGRAMS.stream().filter(program -> !machine.has(program)).toList();
        return missing.isEmpty() ? Optional.empty() : Optional.of("not installed: " + String.join(", ", missing));
    }
}
