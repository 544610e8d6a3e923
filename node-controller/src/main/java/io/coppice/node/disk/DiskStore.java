package io.coppice.node.disk;

import io.coppice.foundation.id.InstanceId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Keeps the disks of instances that lie on the host. Calls for one instance come from one thread at a time. */
public interface DiskStore {
    /**
     * The instance's root disk: the one that exists, or a new thin overlay over the cached image. Throws
     * {@link java.nio.file.FileSystemException} when the disk is full; nothing stays behind then.
     *
     * @param sizeBytes size as the guest sees it; at least the image's virtual size
     */
    Disk ensureRootDisk(InstanceId instance, CachedBase base, long sizeBytes) throws IOException;

    /**
     * The instance's local disks, in this order: those that exist, and new empty ones. Throws {@link
     * java.nio.file.FileSystemException} when the disk is full.
     */
    List<Disk> ensureLocalDisks(InstanceId instance, List<LocalDisk> wanted) throws IOException;

    /** Removes the instance's local disks with what is on them. Does nothing when there are none. */
    void removeLocalDisks(InstanceId instance) throws IOException;

    /** Whether the instance has a root disk here. */
    boolean hasRootDisk(InstanceId instance) throws IOException;

    /**
     * Copies the root disk of a guest that is off, with all that lies below it, and returns when that is durable. May be
     * repeated, and interrupted.
     */
    void copyRootDisk(InstanceId instance, CopyTarget target) throws IOException;

    /** Removes everything of the instance's. Does nothing when there is nothing. */
    void remove(InstanceId instance) throws IOException;

    /** The instances that have something here, for finding orphans. */
    Set<InstanceId> instances() throws IOException;

    /** What may still be promised to new disks, MiB. */
    long freeMib();

    /**
     * An image in the cache, to be shared and never written.
     *
     * @param sha256 its bytes' hash, lower-case hexadecimal
     * @param file where they are, or will be when the image is {@code served}
     * @param format {@code raw} or {@code qcow2}
     * @param served where they are read from until then
     */
    record CachedBase(String sha256, Path file, String format, Optional<ServedBase> served) {
        /** One that is here. */
        public CachedBase(String sha256, Path file, String format) {
            this(sha256, file, format, Optional.empty());
        }
    }

    /**
     * Where an image is read from that is still to come: the file's bytes, by NBD.
     *
     * @param socket a Unix socket
     * @param exportName who knows it can read, so it is not logged
     * @param virtualSizeBytes of the disk that is in the file
     */
    record ServedBase(String socket, String exportName, long virtualSizeBytes) {
        @Override
        public String toString() {
            return socket;
        }
    }
}
