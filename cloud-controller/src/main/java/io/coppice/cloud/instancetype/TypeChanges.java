package io.coppice.cloud.instancetype;

import java.util.Map;

/** What the operator has changed of the catalogue's types. Thread-safe. */
@FunctionalInterface
interface TypeChanges {
    /** The sizes of the types that were changed, by name; as they stand now. */
    Map<String, Size> sizes();

    /**
     * A size.
     *
     * @param vcpus 1 to 256
     * @param memoryMib MiB, 32 or more
     * @param diskGib GiB of the root disk, 0 for the image's own size
     */
    record Size(int vcpus, long memoryMib, int diskGib) {}
}
