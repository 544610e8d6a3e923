package io.coppice.ebs.backend;

import io.coppice.ebs.serve.Grants;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.VolumeExport;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps the bytes of volumes and snapshots, and serves volumes to guests. Every method may be repeated: after a crash the
 * caller does it again and the second time finds the work done. Calls for one volume or snapshot come one after the other.
 * Implementations are thread-safe and pass {@code VolumeBackendContract}.
 */
public interface VolumeBackend {
    /**
     * Makes a volume of that many bytes, durable when this returns, or a smaller one larger. It holds what the snapshot
     * holds, and zeros beyond. Who has a volume open that becomes larger is cut off, and finds it again as large as it is.
     * It is encrypted when it has a key.
     *
     * @param from looked at for a new volume only
     * @return whether that is done; false while what a snapshot holds is being encrypted, which takes as long as that is large:
     *     to be called again
     * @throws NoCapacityException when the backend cannot promise so much
     * @throws VolumeConflictException when it is there and larger
     * @throws NoSuchSnapshotException when there is no such snapshot, or it does not fit
     */
    boolean create(VolumeId id, long sizeBytes, Optional<SnapshotId> from) throws IOException;

    /** Removes a volume, which is then served to nobody; its snapshots stay. Does nothing when it is not there. */
    void delete(VolumeId id) throws IOException;

    /** Whether there is such a volume. */
    boolean exists(VolumeId id) throws IOException;

    /**
     * Serves a volume under these names and no other: who had it under another name is cut off when this returns. Those who
     * share it, and still may, notice nothing of that; what one of them wrote the others read. Kept up until {@link #withdraw},
     * across crashes of what serves it; called again after the start of this process. With {@link Grants#direct} nothing need serve
     * it: the export then says where the bytes are, and whoever had the volume open before can write nothing to it either.
     *
     * @param grants one name or more, each known to one who may write, and used once
     * @return one for each name, in their order
     */
    List<VolumeExport> serve(VolumeId id, Grants grants) throws IOException;

    /** As {@link #serve(VolumeId, Grants)} for one alone. */
    default VolumeExport serve(VolumeId id, String name) throws IOException {
        return serve(id, Grants.alone(name)).getFirst();
    }

    /** Serves the volume to nobody; nobody can write to it any more when this returns. */
    void withdraw(VolumeId id) throws IOException;

    /**
     * Keeps what the volume holds now: every write that was acknowledged before the call, and none of those that begin after
     * its return. Takes as long for any size, whether the volume is being written to or not.
     *
     * @throws NoSuchVolumeException when there is no such volume
     */
    void snapshot(SnapshotId id, VolumeId volume) throws IOException;

    /**
     * As {@link #snapshot(SnapshotId, VolumeId)} of several volumes, at one moment: what one of them holds was not written
     * after something that another one does not hold. Guests that write meanwhile wait for some milliseconds for each volume.
     *
     * @throws NoSuchVolumeException when there is no such volume; then none was taken
     */
    void snapshot(Map<SnapshotId, VolumeId> together) throws IOException;

    /**
     * Makes a second snapshot with the same content, encrypted when it has a key.
     *
     * @return as of {@link #create}
     * @throws NoSuchSnapshotException when there is no {@code source}
     */
    boolean copy(SnapshotId id, SnapshotId source) throws IOException;

    /** Removes a snapshot; volumes made from it stay. Does nothing when it is not there. */
    void delete(SnapshotId id) throws IOException;

    /** Puts in order what has become slow; to be called now and then. What it begins goes on while guests go on. */
    void tidy() throws IOException;

    /** How many bytes each of these volumes takes now; those that are not there are left out. At most 1,000 at a time. */
    Map<VolumeId, Long> allocatedBytes(Collection<VolumeId> ids) throws IOException;

    /** What can be done with its volumes and snapshots; always the same. */
    Abilities abilities();

    /** The fsid of the Ceph cluster in which volumes can be opened without being served; empty when they cannot. */
    default String cephCluster() {
        return "";
    }

    /**
     * What not every backend can do.
     *
     * @param copies in which form snapshots are copied into the object store
     */
    record Abilities(CopyForm copies) {
        /** What layers can do. */
        public static final Abilities OF_LAYERS = new Abilities(CopyForm.LAYERS);
    }

    /** What copies of snapshots are made of. */
    enum CopyForm {
        /** Layers' files; brought back as such alone. */
        LAYERS,
        /** The disks' bytes; brought back by any backend. */
        DISKS;

        /** What a backend whose copies have this form brings back. */
        public Set<CopyForm> readable() {
            return switch (this) {
                case LAYERS -> Set.of(LAYERS, DISKS);
                case DISKS -> Set.of(DISKS);
            };
        }
    }

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
