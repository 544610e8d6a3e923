package io.coppice.node.hypervisor;

/**
 * What a hypervisor is.
 *
 * @param driver {@code libvirt} or {@code simulated}
 * @param version for people, for example {@code QEMU 7.2.19}
 * @param architecture {@code x86_64} or {@code arm64}
 * @param accelerated whether guests run with hardware help, proved by starting one
 * @param vcpus processors that may be promised to guests
 * @param memoryMib memory that may be promised to guests, MiB
 */
public record HypervisorInfo(
        String driver, String version, String architecture, boolean accelerated, int vcpus, long memoryMib) {}
