package io.coppice.ebs.transfer;

import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * What is wanted of a transfer, as far as the one who wants it knows.
 *
 * @param partBytes how long each part of the object is, but for the last; 0 while that is not known
 * @param partUrls where the parts go, in their order; none while that is not known
 */
record TransferOrder(Source source, Optional<Target> target, long partBytes, List<URI> partUrls) {
    TransferOrder {
        partUrls = List.copyOf(partUrls);
    }

    /** Where a disk comes from. */
    sealed interface Source {}

    /** An object that holds a disk in this format. */
    record FromObject(URI url, DiskFormat format) implements Source {}

    /**
     * An object that is an archive of a virtual machine.
     *
     * @param disk which of its disks, from 0
     */
    record FromArchive(URI url, int disk) implements Source {}

    /** A snapshot. */
    record FromSnapshot(SnapshotId id) implements Source {}

    /** Where a disk goes. */
    sealed interface Target {}

    /** A volume that is there and served to nobody. */
    record ToVolume(VolumeId id) implements Target {}

    /** An object in this format. */
    record ToObject(DiskFormat format) implements Target {}
}
