package io.coppice.cloud.compute;

import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.localdisk.LocalDisk;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.util.List;

/**
 * The virtual hardware.
 *
 * @param rootDiskMib 0 keeps the image's own size
 * @param localDisks disks of the host besides the root disk, as {@link LocalDisk#write} writes them
 */
@Embeddable
record InstanceMachine(
        @Column(name = "instance_type") String type,
        @Column(name = "vcpus") int vcpus,
        @Column(name = "memory_mib") long memoryMib,
        @Column(name = "root_disk_mib") long rootDiskMib,
        @Column(name = "local_disks") String localDisks) {

    /** Disks of the host besides the root disk, those too that its type has not got. */
    List<LocalDisk> disks() {
        return LocalDisk.read(localDisks);
    }

    InstanceMachine resized(InstanceTypes.Type type) {
        var mapped = disks().stream().map(LocalDisk::mapped).toList();
        return new InstanceMachine(
                type.name(),
                type.vcpus(),
                type.memoryMib(),
                rootDiskMib,
                LocalDisk.write(LocalDisk.of(mapped, type.localStorage())));
    }

    /** With some of its type's processors; throws {@code InvalidParameterValue} for a number that the type does not have. */
    InstanceMachine withCores(int cores, InstanceTypes.Type itsType) {
        if (cores < 1 || cores > itsType.vcpus()) {
            throw InstanceErrors.invalid(
                    "CoreCount", cores, "The type " + type + " has 1 to " + itsType.vcpus() + " cores.");
        }
        return new InstanceMachine(type, cores, memoryMib, rootDiskMib, localDisks);
    }
}
