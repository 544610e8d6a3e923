package io.coppice.node.hypervisor;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.InstanceId;
import io.coppice.node.disk.Disk;
import io.coppice.node.network.Endpoint;
import java.nio.file.Path;
import java.util.List;

/**
 * What a domain should be.
 *
 * @param generation of the desired state; kept with the domain
 * @param rebootCount reboots that count as carried out when the domain starts; kept with the domain
 * @param vcpus 1 to 256
 * @param memoryMib at least 64, MiB
 * @param disks by position, the first boots; without any, the first volume does
 * @param endpoints by device index
 * @param consoleLog file that collects what the guest writes to its first serial port, across restarts
 * @param volumes that it has from its start
 * @param localDisks empty disks that come behind the one that boots
 * @param firmware what starts it
 */
public record DomainSpec(
        InstanceId instance,
        AccountId account,
        long generation,
        long rebootCount,
        int vcpus,
        long memoryMib,
        List<Disk> disks,
        List<Endpoint> endpoints,
        Path consoleLog,
        List<VolumePlug> volumes,
        List<Disk> localDisks,
        Firmware firmware) {
    public DomainSpec {
        localDisks = List.copyOf(localDisks);
        disks = List.copyOf(disks);
        volumes = List.copyOf(volumes);
        endpoints = List.copyOf(endpoints);
    }

    /** The file that keeps the variables of its UEFI firmware: beside its console log. */
    Path firmwareVariables() {
        return consoleLog.resolveSibling("firmware-variables.fd");
    }

    /** A domain started by BIOS, without local disks. */
    public DomainSpec(
            InstanceId instance,
            AccountId account,
            long generation,
            long rebootCount,
            int vcpus,
            long memoryMib,
            List<Disk> disks,
            List<Endpoint> endpoints,
            Path consoleLog,
            List<VolumePlug> volumes) {
        this(
                instance,
                account,
                generation,
                rebootCount,
                vcpus,
                memoryMib,
                disks,
                endpoints,
                consoleLog,
                volumes,
                List.of(),
                Firmware.BIOS);
    }

    /** As before, without volumes. */
    public DomainSpec(
            InstanceId instance,
            AccountId account,
            long generation,
            long rebootCount,
            int vcpus,
            long memoryMib,
            List<Disk> disks,
            List<Endpoint> endpoints,
            Path consoleLog) {
        this(instance, account, generation, rebootCount, vcpus, memoryMib, disks, endpoints, consoleLog, List.of());
    }
}
