package io.coppice.ebs.copy;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Where copies are kept: objects of some megabytes under names. Every method may be repeated. Thread-safe. */
public interface CopyStore {
    /** Whether there is anything to be read from and written to at the moment. */
    boolean isOpen();

    /** Makes sure that objects can be written; throws when they cannot, with a sentence for the operator. */
    void prepare() throws IOException;

    /** Writes an object, or replaces it. */
    void put(String key, byte[] content) throws IOException;

    /** Reads an object; empty when there is none. Throws when it is larger than {@code mostBytes}. */
    Optional<byte[]> get(String key, int mostBytes) throws IOException;

    /** Where the EBS controllers of other zones keep their copies; they can be read only. */
    default List<CopyStore> elsewhere() {
        return List.of();
    }

    /** Removes an object. Does nothing when there is none. */
    void delete(String key) throws IOException;
}
