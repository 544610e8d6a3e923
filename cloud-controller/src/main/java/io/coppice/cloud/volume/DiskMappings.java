package io.coppice.cloud.volume;

import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;

/** Reads what requests say of the disks of images; throws as AWS does for what cannot be had. Thread-safe. */
@ApplicationScoped
public class DiskMappings {
    private static final int MOST = 26;

    private final Snapshots snapshots;

    /** Looks up snapshots in {@code snapshots}. */
    public DiskMappings(Snapshots snapshots) {
        this.snapshots = snapshots;
    }

    /** The disks that these mappings name, the root first; one of them must be the root disk, and have a snapshot. */
    public List<DiskMapping> whole(AccountId account, List<BlockDeviceMapping> mappings, String rootDevice) {
        var disks = new ArrayList<DiskMapping>();
        for (var mapping : mappings) {
            if (mapping.noDevice() == null && mapping.virtualName() == null) {
                disks.add(disk(account, mapping));
            }
        }
        check(disks);
        disks.sort(Comparator.comparing((DiskMapping disk) -> !disk.root()));
        if (disks.isEmpty()
                || !disks.getFirst().root()
                || disks.getFirst().snapshotId() == null
                || !disks.getFirst().device().equals(rootDevice)) {
            throw VolumeErrors.noRootSnapshot(rootDevice);
        }
        return List.copyOf(disks);
    }

    /** Throws when two disks would have one name, or there are too many. */
    public static void check(List<DiskMapping> disks) {
        var devices = new HashSet<String>();
        for (var disk : disks) {
            if (!devices.add(AttachmentActions.letter(disk.device()))) {
                throw VolumeErrors.deviceTaken(disk.device());
            }
        }
        if (disks.size() > MOST) {
            throw VolumeErrors.attachmentLimit(MOST);
        }
    }

    /** A disk that a mapping describes in full. */
    public DiskMapping disk(AccountId account, BlockDeviceMapping mapping) {
        var device = AttachmentActions.device(mapping.deviceName());
        var ebs = mapping.ebs();
        if (ebs == null) {
            throw VolumeErrors.missing("BlockDeviceMapping.Ebs");
        }
        if (ebs.snapshotId() != null && ebs.encrypted() != null) {
            throw EncryptionErrors.encryptedWithSnapshot(device);
        }
        if (Boolean.TRUE.equals(ebs.encrypted()) || ebs.kmsKeyId() != null) {
            throw VolumeErrors.unsupported("Encryption of an image's empty disk");
        }
        var kind = kind(ebs);
        var gib = gib(account, ebs);
        kind.checkSize(gib);
        return new DiskMapping(
                device,
                ebs.snapshotId(),
                gib,
                kind.text(),
                ebs.iops(),
                !Boolean.FALSE.equals(ebs.deleteOnTermination()));
    }

    /** The disk with what a mapping says otherwise of it; its size can only grow. */
    public DiskMapping changed(DiskMapping disk, EbsBlockDevice change) {
        if (Boolean.TRUE.equals(change.encrypted()) || change.kmsKeyId() != null) {
            throw VolumeErrors.unsupported("Encryption by CreateImage");
        }
        if (change.snapshotId() != null) {
            throw VolumeErrors.invalid("snapshotId", change.snapshotId());
        }
        var kind = change.volumeTypeAsString() == null
                ? VolumeKind.of(disk.volumeType()).orElseThrow()
                : kind(change);
        int gib = change.volumeSize() == null ? disk.sizeGib() : change.volumeSize();
        if (gib < disk.sizeGib()) {
            throw VolumeErrors.shrunk();
        }
        kind.checkSize(gib);
        return new DiskMapping(
                disk.device(),
                disk.snapshotId(),
                gib,
                kind.text(),
                change.iops() == null && change.volumeTypeAsString() == null ? disk.iops() : change.iops(),
                change.deleteOnTermination() == null ? disk.deleteOnTermination() : change.deleteOnTermination());
    }

    private static VolumeKind kind(EbsBlockDevice ebs) {
        var type = Objects.requireNonNullElse(ebs.volumeTypeAsString(), VolumeKind.GP2.text());
        return VolumeKind.of(type).orElseThrow(() -> VolumeErrors.unknownType(type));
    }

    private int gib(AccountId account, EbsBlockDevice ebs) {
        Integer asked = ebs.volumeSize();
        if (ebs.snapshotId() == null) {
            if (asked == null) {
                throw VolumeErrors.missing("BlockDeviceMapping.Ebs.VolumeSize");
            }
            return asked;
        }
        var held = snapshots.ownGib(account, ebs.snapshotId());
        if (asked != null && asked < held) {
            throw SnapshotErrors.volumeTooSmall(asked, ebs.snapshotId(), held);
        }
        return asked == null ? held : asked;
    }
}
