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
}
