package io.coppice.ebs.volume;

import io.coppice.ebs.backend.VolumeBackend;
import io.coppice.proto.ebs.v1.CopyForm;
import io.coppice.proto.ebs.v1.Snapshot;
import io.coppice.proto.ebs.v1.SnapshotState;
import io.coppice.proto.ebs.v1.StorageAbilities;
import io.coppice.proto.ebs.v1.Volume;
import io.coppice.proto.ebs.v1.VolumeState;

/** Volumes and snapshots in the words of the contract. */
final class VolumeMessages {
    private VolumeMessages() {}

    static Volume of(VolumeRow row, long allocatedBytes) {
        var volume = Volume.newBuilder()
                .setVolumeId(row.volumeId().value())
                .setGeneration(row.generation())
                .setState(of(row.state()))
                .setSizeGib(row.sizeGib())
                .setErrorMessage(row.errorMessage())
                .setAllocatedBytes(allocatedBytes);
        if (row.grants().shared()) {
            volume.addAllSharedExports(row.exports());
        } else {
            row.exports().forEach(volume::setExport);
        }
        return volume.build();
    }

    static Snapshot of(SnapshotRow row) {
        return Snapshot.newBuilder()
                .setSnapshotId(row.snapshotId().value())
                .setGeneration(row.generation())
                .setState(of(row.state()))
                .setErrorMessage(row.errorMessage())
                .build();
    }

    static StorageAbilities of(VolumeBackend.Abilities abilities) {
        return StorageAbilities.newBuilder()
                .setEncryption(true)
                .setCopies(true)
                .setCopyForm(of(abilities.copies()))
                .addAllReadableCopyForms(abilities.copies().readable().stream()
                        .map(VolumeMessages::of)
                        .sorted()
                        .toList())
                .build();
    }

    private static CopyForm of(VolumeBackend.CopyForm form) {
        return switch (form) {
            case LAYERS -> CopyForm.COPY_FORM_LAYERS;
            case DISKS -> CopyForm.COPY_FORM_DISKS;
        };
    }

    private static VolumeState of(VolumeStatus status) {
        return switch (status) {
            case CREATING -> VolumeState.VOLUME_STATE_CREATING;
            case AVAILABLE -> VolumeState.VOLUME_STATE_AVAILABLE;
            case DELETING -> VolumeState.VOLUME_STATE_DELETING;
            case DELETED -> VolumeState.VOLUME_STATE_DELETED;
            case ERROR -> VolumeState.VOLUME_STATE_ERROR;
        };
    }

    private static SnapshotState of(SnapshotStatus status) {
        return switch (status) {
            case PENDING -> SnapshotState.SNAPSHOT_STATE_PENDING;
            case COMPLETED -> SnapshotState.SNAPSHOT_STATE_COMPLETED;
            case DELETING -> SnapshotState.SNAPSHOT_STATE_DELETING;
            case DELETED -> SnapshotState.SNAPSHOT_STATE_DELETED;
            case ERROR -> SnapshotState.SNAPSHOT_STATE_ERROR;
        };
    }
}
