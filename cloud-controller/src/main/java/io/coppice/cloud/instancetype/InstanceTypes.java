package io.coppice.cloud.instancetype;

/** What other features need of the catalogue. */
public interface InstanceTypes {
    /** The type of this name; throws {@code InvalidInstanceType}, or {@code InvalidParameterValue} as AWS does. */
    Type require(String name);

    /**
     * A size of machine.
     *
     * @param vcpus 1 to 256
     * @param memoryMib MiB
     * @param rootDiskGib GiB of the root disk, 0 for the image's own size
     */
    record Type(String name, int vcpus, long memoryMib, int rootDiskGib) {}
}
