package io.coppice.node.hypervisor;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How libvirt is used.
 *
 * @param uri libvirt's own form, for example {@code qemu:///system}
 * @param host marks this agent's domains among others
 * @param instancesFolder one folder per instance, with its console log, which is kept small
 * @param vcpuOvercommit processors promised for each real one
 * @param reservedMemoryMib memory that is never promised, MiB
 * @param ceph what images of a Ceph cluster are opened with; empty when they are not
 */
public record LibvirtSettings(
        String uri,
        HostId host,
        Path instancesFolder,
        double vcpuOvercommit,
        long reservedMemoryMib,
        Optional<CephAccess> ceph) {
    /** Without a Ceph cluster. */
    public LibvirtSettings(
            String uri, HostId host, Path instancesFolder, double vcpuOvercommit, long reservedMemoryMib) {
        this(uri, host, instancesFolder, vcpuOvercommit, reservedMemoryMib, Optional.empty());
    }
}
