package io.coppice.cloud.instancetype;

import io.coppice.cloud.localdisk.LocalStorage;

/**
 * One entry of the catalogue; the file explains its fields.
 *
 * @param vcpus 1 to 256
 * @param memoryMib MiB, 32 or more
 * @param rootDiskGib GiB, 0 for the image's own size
 */
record InstanceType(
        String name,
        int vcpus,
        long memoryMib,
        int rootDiskGib,
        boolean currentGeneration,
        boolean burstable,
        boolean freeTier,
        int networkInterfaces,
        int addressesPerInterface,
        String networkPerformance,
        double clockGhz,
        LocalStorage localStorage) {
    static final int MAX_VCPUS = 256;
    static final long MIN_MEMORY_MIB = 32;

    InstanceType {
        if (!name.matches("[a-z][a-z0-9-]*\\.[a-z0-9-]+")) {
            throw new IllegalArgumentException("an instance type's name is family.size in lower case, not " + name);
        }
        if (vcpus < 1 || vcpus > MAX_VCPUS) {
            throw new IllegalArgumentException(name + ": vcpus must be 1 to " + MAX_VCPUS + ", not " + vcpus);
        }
        if (memoryMib < MIN_MEMORY_MIB) {
            throw new IllegalArgumentException(
                    name + ": memoryMib must be " + MIN_MEMORY_MIB + " or more, not " + memoryMib);
        }
        if (rootDiskGib < 0 || networkInterfaces < 1 || addressesPerInterface < 1) {
            throw new IllegalArgumentException(
                    name + ": rootDiskGib must be 0 or more, networkInterfaces and addressesPerInterface 1 or more");
        }
    }

    InstanceType withSize(TypeChanges.Size size) {
        return new InstanceType(
                name,
                size.vcpus(),
                size.memoryMib(),
                size.diskGib(),
                currentGeneration,
                burstable,
                freeTier,
                networkInterfaces,
                addressesPerInterface,
                networkPerformance,
                clockGhz,
                localStorage);
    }

    InstanceTypes.Type forLaunch() {
        return new InstanceTypes.Type(
                name, vcpus, memoryMib, rootDiskGib, networkInterfaces, addressesPerInterface, localStorage);
    }
}
