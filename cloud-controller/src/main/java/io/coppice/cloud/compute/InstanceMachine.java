package io.coppice.cloud.compute;

import io.coppice.cloud.instancetype.InstanceTypes;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/**
 * The virtual hardware.
 *
 * @param rootDiskMib 0 keeps the image's own size
 */
@Embeddable
record InstanceMachine(
        @Column(name = "instance_type") String type,
        @Column(name = "vcpus") int vcpus,
        @Column(name = "memory_mib") long memoryMib,
        @Column(name = "root_disk_mib") long rootDiskMib) {

    InstanceMachine resized(InstanceTypes.Type type) {
        return new InstanceMachine(type.name(), type.vcpus(), type.memoryMib(), rootDiskMib);
    }

    /** With some of its type's processors; throws {@code InvalidParameterValue} for a number that the type does not have. */
    InstanceMachine withCores(int cores, InstanceTypes.Type itsType) {
        if (cores < 1 || cores > itsType.vcpus()) {
            throw InstanceErrors.invalid(
                    "CoreCount", cores, "The type " + type + " has 1 to " + itsType.vcpus() + " cores.");
        }
        return new InstanceMachine(type, cores, memoryMib, rootDiskMib);
    }
}
