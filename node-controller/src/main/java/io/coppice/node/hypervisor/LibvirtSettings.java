package io.coppice.node.hypervisor;

/**
 * How libvirt is used.
 *
 * @param uri libvirt's own form, for example {@code qemu:///system}
 * @param host marks this agent's domains among others
 * @param vcpuOvercommit processors promised for each real one
 * @param reservedMemoryMib memory that is never promised, MiB
 */
public record LibvirtSettings(String uri, HostId host, double vcpuOvercommit, long reservedMemoryMib) {}
