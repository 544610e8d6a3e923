package io.coppice.cloud.instancetype;

import io.coppice.cloud.localdisk.LocalStorage;

/** What other features need of the catalogue. */
public interface InstanceTypes {
    /** The type of this name; throws {@code InvalidInstanceType}, or {@code InvalidParameterValue} as AWS does. */
    Type require(String name);

    /**
     * What each network interface of an instance of the type may send, and receive, in megabits a second; 0 for as much as there
     * is.
     */
    default int bandwidthMbit(String name) {
        return 0;
    }

    /**
     * A size of machine.
     *
     * @param vcpus 1 to 256
     * @param memoryMib MiB
     * @param rootDiskGib GiB of the root disk, 0 for the image's own size
     * @param networkInterfaces how many network interfaces it may have
     * @param addressesPerInterface how many private addresses each of them may have
     * @param localStorage what it has of its host's disk besides the root disk
     */
    record Type(
            String name,
            int vcpus,
            long memoryMib,
            int rootDiskGib,
            int networkInterfaces,
            int addressesPerInterface,
            LocalStorage localStorage) {
        /** A type without disks of its host. */
        public Type(
                String name,
                int vcpus,
                long memoryMib,
                int rootDiskGib,
                int networkInterfaces,
                int addressesPerInterface) {
            this(name, vcpus, memoryMib, rootDiskGib, networkInterfaces, addressesPerInterface, LocalStorage.NONE);
        }

        /** A type with one interface and one address, as in a flat network. */
        public Type(String name, int vcpus, long memoryMib, int rootDiskGib) {
            this(name, vcpus, memoryMib, rootDiskGib, 1, 1);
        }
    }
}
