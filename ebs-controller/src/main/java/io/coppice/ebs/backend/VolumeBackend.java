package io.coppice.ebs.backend;

import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;

/**
 * Keeps the bytes of volumes. Every method may be repeated: after a crash the caller does it again and the second time
 * finds the work done. Implementations are thread-safe and pass {@code VolumeBackendContract}.
 */
public interface VolumeBackend {
    /**
     * Makes an empty volume of that many bytes, durable when this returns. Does nothing when it is there with that size.
     *
     * @throws NoCapacityException when the backend cannot promise so much
     * @throws VolumeConflictException when it is there with another size
     */
    void create(VolumeId id, long sizeBytes) throws IOException;

    /** Removes a volume and its bytes. Does nothing when it is not there. */
    void delete(VolumeId id) throws IOException;

    /** Whether there is such a volume. */
    boolean exists(VolumeId id) throws IOException;

    /** How many bytes each of these volumes takes now; those that are not there are left out. At most 1,000 at a time. */
    Map<VolumeId, Long> allocatedBytes(Collection<VolumeId> ids) throws IOException;

    /** How much there is and how much is left. */
    Capacity capacity() throws IOException;

    /**
     * Room for volumes.
     *
     * @param totalBytes all there is
     * @param freeBytes what new volumes can be promised, 0 or more
     */
    record Capacity(long totalBytes, long freeBytes) {}
}
