package io.coppice.cloud.volume;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.VolumeId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.CreateVolumeRequest;

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
    public List<LaunchVolume> wanted(AccountId account, String zone, List<BlockDeviceMapping> mappings) {
        if (mappings.size() > config.maxPerInstance()) {
            throw VolumeErrors.attachmentLimit(config.maxPerInstance());
        }
        var letters = new HashSet<String>();
        return mappings.stream()
                .filter(mapping -> mapping.noDevice() == null)
                .map(mapping -> wanted(account, zone, mapping))
                .peek(volume -> {
                    if (!letters.add(AttachmentActions.letter(volume.device()))) {
                        throw VolumeErrors.deviceTaken(volume.device());
                    }
                })
                .toList();
    }

    private LaunchVolume wanted(AccountId account, String zone, BlockDeviceMapping mapping) {
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

    @Override
    public void make(
            EntityManager entities,
            AccountId account,
            String instanceId,
            List<LaunchVolume> volumes,
            Map<String, String> tags,
            Instant at) {
        for (var wanted : volumes) {
            var volume =
                    new Volume(VolumeId.random(), account, wanted.shape(), VolumeState.CREATING, "", 1, at, tags, null);
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
