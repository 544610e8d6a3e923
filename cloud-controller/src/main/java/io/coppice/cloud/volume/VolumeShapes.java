package io.coppice.cloud.volume;

import io.coppice.cloud.place.Zones;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateVolumeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVolumeRequest;

/** Says what volume a request asks for, and whether it can be had. Thread-safe. */
@ApplicationScoped
class VolumeShapes {
    private static final int MAX_IOPS = 256_000;
    private static final int MIN_IOPS = 100;

    private final Zones zones;
    private final SnapshotStore snapshots;
    private final VolumeEncryption encryption;
    private final SnapshotReach reach;
    private final EbsLinks ebs;

    VolumeShapes(Zones zones, SnapshotStore snapshots, VolumeEncryption encryption, SnapshotReach reach, EbsLinks ebs) {
        this.ebs = ebs;
        this.zones = zones;
        this.snapshots = snapshots;
        this.encryption = encryption;
        this.reach = reach;
    }

    /** What is asked for; throws as AWS does for what cannot be had. */
    Volume.Shape of(AccountId account, CreateVolumeRequest request) {
        var snapshot = snapshot(account, request.snapshotId());
        return snapshot == null
                ? of(account, request, Origin.NOTHING)
                : of(account, request, new Origin(snapshot.id().value(), snapshot.sizeGib(), snapshot.kmsKeyId()));
    }

    /** What is asked for of a disk of an image, whose snapshot is not looked at: it is there as long as the image is. */
    Volume.Shape ofImage(AccountId account, CreateVolumeRequest request, DiskMapping disk) {
        var snapshotId = disk.snapshotId();
        return snapshotId == null
                ? of(account, request, Origin.NOTHING)
                : of(
                        account,
                        request,
                        new Origin(
                                snapshotId,
                                disk.sizeGib(),
                                snapshots.keys(List.of(snapshotId)).get(snapshotId)));
    }

    /** What a volume holds in the beginning. */
    private record Origin(
            @Nullable String snapshotId,
            @Nullable Integer sizeGib,
            @Nullable String kmsKeyId) {
        static final Origin NOTHING = new Origin(null, null, null);
    }

    private Volume.Shape of(AccountId account, CreateVolumeRequest request, Origin origin) {
        var snapshotId = origin.snapshotId();
        var atLeastGib = origin.sizeGib();
        if (request.availabilityZone() == null) {
            throw VolumeErrors.missing("AvailabilityZone");
        }
        var zone = zones.require(request.availabilityZone());
        checkReach(zone, origin);
        var type = request.volumeTypeAsString() == null ? VolumeKind.GP2.text() : request.volumeTypeAsString();
        var kind = VolumeKind.of(type).orElseThrow(() -> VolumeErrors.unknownType(type));
        var size = request.size() == null ? atLeastGib : request.size();
        if (size == null) {
            throw VolumeErrors.missing("size/snapshot");
        }
        kind.checkSize(size);
        if (Boolean.TRUE.equals(request.multiAttachEnabled()) && !kind.canBeShared()) {
            throw VolumeErrors.cannotBeShared(kind.text());
        }
        if (snapshotId != null && atLeastGib != null && size < atLeastGib) {
            throw SnapshotErrors.volumeTooSmall(size, snapshotId, atLeastGib);
        }
        var wish = EncryptionWish.of(request.encrypted(), request.kmsKeyId());
        var key = encryption.keyFor(account, wish, origin.kmsKeyId());
        return new Volume.Shape(
                zone,
                size,
                kind,
                iops(kind, request.iops()),
                snapshotId,
                key,
                Boolean.TRUE.equals(request.multiAttachEnabled()));
    }

    /** What a volume is after a change; throws as AWS does for what cannot be had. */
    Volume.Shape changed(Volume.Shape present, ModifyVolumeRequest request) {
        var type = request.volumeTypeAsString() == null ? present.kind().text() : request.volumeTypeAsString();
        var kind = VolumeKind.of(type).orElseThrow(() -> VolumeErrors.unknownType(type));
        int size = request.size() == null ? present.sizeGib() : request.size();
        if (size < present.sizeGib()) {
            throw VolumeErrors.shrunk();
        }
        kind.checkSize(size);
        var iops = request.iops() == null && kind == present.kind() ? present.iops() : iops(kind, request.iops());
        return new Volume.Shape(
                present.zone(),
                size,
                kind,
                iops,
                present.snapshotId(),
                present.kmsKeyId(),
                multiAttach(present, kind, request));
    }

    /** Source: "Multi-Attach" in the Amazon EBS user guide. */
    private static boolean multiAttach(Volume.Shape present, VolumeKind kind, ModifyVolumeRequest request) {
        var wanted = Objects.requireNonNullElse(request.multiAttachEnabled(), present.multiAttach());
        if (present.multiAttach() && kind != present.kind()) {
            throw VolumeErrors.sharedType();
        }
        if (wanted != present.multiAttach() && kind != VolumeKind.IO2) {
            throw kind.canBeShared()
                    ? VolumeErrors.sharedForEver(String.valueOf(request.volumeId()))
                    : VolumeErrors.cannotBeShared(kind.text());
        }
        return wanted;
    }

    /** Without copies the bytes of a snapshot never leave the zone that it was taken in, and keys of disks never leave it at all. */
    private void checkReach(String zone, Origin origin) {
        var snapshotId = origin.snapshotId();
        if (snapshotId == null || zones.one()) {
            return;
        }
        var home = snapshots.zone(snapshotId).orElse(zones.standard());
        if (home.equals(zone)) {
            return;
        }
        if (!reach.acrossZones()) {
            throw SnapshotErrors.otherZone(snapshotId, home);
        }
        if (!ebs.canBring(home, zone)) {
            throw SnapshotErrors.neverCopied(snapshotId, home, zone);
        }
        if (origin.kmsKeyId() != null) {
            throw SnapshotErrors.encryptedElsewhere(snapshotId, home);
        }
    }

    private @Nullable Snapshot snapshot(AccountId account, @Nullable String id) {
        if (id == null || id.isEmpty()) {
            return null;
        }
        var found = snapshots.require(account, SnapshotActions.id(id, "SnapshotId"));
        if (found.state() != SnapshotState.COMPLETED) {
            throw SnapshotErrors.notCompleted(id);
        }
        return found;
    }

    private static @Nullable Integer iops(VolumeKind kind, @Nullable Integer iops) {
        if (iops == null) {
            if (kind.needsIops()) {
                throw VolumeErrors.missing("Iops");
            }
            return null;
        }
        if (!kind.needsIops() && kind != VolumeKind.GP3) {
            throw VolumeErrors.invalid("iops", iops + " with volume type " + kind.text());
        }
        if (iops < MIN_IOPS || iops > MAX_IOPS) {
            throw VolumeErrors.invalid("iops", iops.toString());
        }
        return iops;
    }
}
