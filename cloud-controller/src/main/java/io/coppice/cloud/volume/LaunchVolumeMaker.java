package io.coppice.cloud.volume;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.VolumeId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.CreateVolumeRequest;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;

/** Volumes that come with a launch, from their rows. Thread-safe. */
@ApplicationScoped
class LaunchVolumeMaker implements LaunchVolumes {
    private final VolumeStore store;
    private final VolumeShapes shapes;
    private final AttachmentBook book;
    private final VolumeConfig config;

    LaunchVolumeMaker(VolumeStore store, VolumeShapes shapes, AttachmentBook book, VolumeConfig config) {
        this.store = store;
        this.shapes = shapes;
        this.book = book;
        this.config = config;
    }

    @Override
    public List<LaunchVolume> wanted(
            AccountId account, String zone, List<DiskMapping> ofImage, List<BlockDeviceMapping> asked) {
        var wanted = new ArrayList<LaunchVolume>();
        for (var disk : ofImage) {
            var change = asked.stream()
                    .filter(mapping -> mapping.deviceName() == null
                            ? disk.root()
                            : letter(mapping.deviceName()).equals(letter(disk.device())))
                    .findFirst();
            if (change.isEmpty() || isVolume(change.get()) || disk.root()) {
                wanted.add(ofImage(
                        account, zone, disk, change.map(BlockDeviceMapping::ebs).orElse(null)));
            }
        }
        asked.stream()
                .filter(mapping -> isVolume(mapping) && !LaunchVolumes.isRoot(mapping.deviceName()))
                .filter(mapping ->
                        ofImage.stream().noneMatch(disk -> letter(disk.device()).equals(letter(mapping.deviceName()))))
                .forEach(mapping -> wanted.add(added(account, zone, mapping)));
        check(wanted);
        return List.copyOf(wanted);
    }

    /** Whether a mapping is neither of no disk nor of one that the host has of its own. */
    private static boolean isVolume(BlockDeviceMapping mapping) {
        return mapping.noDevice() == null && mapping.virtualName() == null;
    }

    private void check(List<LaunchVolume> wanted) {
        if (wanted.size() > config.maxPerInstance()) {
            throw VolumeErrors.attachmentLimit(config.maxPerInstance());
        }
        var letters = new HashSet<String>();
        for (var volume : wanted) {
            if (!letters.add(letter(volume.device()))) {
                throw VolumeErrors.deviceTaken(volume.device());
            }
        }
    }

    private LaunchVolume ofImage(AccountId account, String zone, DiskMapping disk, @Nullable EbsBlockDevice change) {
        var given = change == null ? EbsBlockDevice.builder().build() : change;
        var otherType = given.volumeTypeAsString() != null;
        var request = CreateVolumeRequest.builder()
                .availabilityZone(zone)
                .size(given.volumeSize() == null ? Integer.valueOf(disk.sizeGib()) : given.volumeSize())
                .volumeType(otherType ? given.volumeTypeAsString() : disk.volumeType())
                .iops(given.iops() != null || otherType ? given.iops() : disk.iops())
                .encrypted(given.encrypted())
                .kmsKeyId(given.kmsKeyId());
        var own = given.snapshotId() != null && !given.snapshotId().equals(disk.snapshotId());
        var shape = own
                ? shapes.of(account, request.snapshotId(given.snapshotId()).build())
                : shapes.ofImage(account, request.build(), disk);
        var goes = given.deleteOnTermination() == null ? disk.deleteOnTermination() : given.deleteOnTermination();
        return new LaunchVolume(disk.device(), shape, goes);
    }

    private LaunchVolume added(AccountId account, String zone, BlockDeviceMapping mapping) {
        var device = AttachmentActions.device(mapping.deviceName());
        var ebs = mapping.ebs();
        if (ebs == null) {
            throw VolumeErrors.missing("ebs");
        }
        var asked = CreateVolumeRequest.builder()
                .availabilityZone(zone)
                .size(ebs.volumeSize())
                .snapshotId(ebs.snapshotId())
                .volumeType(ebs.volumeTypeAsString())
                .iops(ebs.iops())
                .encrypted(ebs.encrypted())
                .kmsKeyId(ebs.kmsKeyId())
                .build();
        return new LaunchVolume(device, shapes.of(account, asked), !Boolean.FALSE.equals(ebs.deleteOnTermination()));
    }

    private static String letter(@Nullable String device) {
        return AttachmentActions.letter(AttachmentActions.device(device));
    }

    @Override
    public void make(
            EntityManager entities,
            AccountId account,
            String instanceId,
            List<LaunchVolume> volumes,
            Map<String, String> tags,
            Instant at) {
        for (var wanted : volumes) {
            var volume = new Volume(
                    VolumeId.random(), account, wanted.shape(), VolumeState.CREATING, "", 1, at, tags, List.of());
            store.add(volume, null);
            var row = Objects.requireNonNull(
                    entities.find(VolumeRow.class, volume.id().value()));
            book.attach(
                    entities,
                    row,
                    new Volume.Attachment(
                            instanceId, wanted.device(), AttachmentState.ATTACHING, wanted.deleteOnTermination(), at));
        }
    }
}
