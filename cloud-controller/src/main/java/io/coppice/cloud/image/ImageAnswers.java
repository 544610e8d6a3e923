package io.coppice.cloud.image;

import io.coppice.cloud.tag.TagRules;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.DeviceType;
import software.amazon.awssdk.services.ec2.model.HypervisorType;
import software.amazon.awssdk.services.ec2.model.ImageTypeValues;
import software.amazon.awssdk.services.ec2.model.StateReason;
import software.amazon.awssdk.services.ec2.model.VirtualizationType;

/** An image as DescribeImages answers it. */
final class ImageAnswers {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private ImageAnswers() {}

    static software.amazon.awssdk.services.ec2.model.Image answer(Image image) {
        var description = image.description();
        var answer = software.amazon.awssdk.services.ec2.model.Image.builder()
                .imageId(image.id().value())
                .imageLocation(description.location())
                .state(image.state().text())
                .ownerId(image.owner().value())
                .imageOwnerAlias(image.ownerAlias())
                .creationDate(date(image.createdAt()))
                .publicLaunchPermissions(image.isPublic())
                .architecture(description.architecture())
                .imageType(ImageTypeValues.MACHINE)
                .name(description.name())
                .description(description.text().isEmpty() ? null : description.text())
                .rootDeviceType(DeviceType.EBS)
                .rootDeviceName(description.rootDeviceName())
                .blockDeviceMappings(disks(image))
                .sourceImageId(description.sourceId())
                .deprecationTime(image.deprecateAt() == null ? null : date(Objects.requireNonNull(image.deprecateAt())))
                .virtualizationType(VirtualizationType.HVM)
                // What AWS answers for every image, whatever runs it.
                .hypervisor(HypervisorType.XEN)
                .bootMode(description.needs().bootMode().text())
                .enaSupport(false)
                .platformDetails("Linux/UNIX")
                .usageOperation("RunInstances")
                .tags(TagRules.toList(image.tags()));
        if (image.state() == ImageState.FAILED) {
            answer.stateReason(StateReason.builder()
                    .code("Client.InvalidManifest")
                    .message(image.stateReason())
                    .build());
        }
        return answer.build();
    }

    static List<BlockDeviceMapping> disks(Image image) {
        var sized = image.onSnapshots() || image.state() == ImageState.AVAILABLE;
        var volumes = image.shownDisks().stream().map(disk -> BlockDeviceMapping.builder()
                .deviceName(disk.device())
                .ebs(ebs -> ebs.deleteOnTermination(disk.deleteOnTermination())
                        .snapshotId(disk.snapshotId())
                        .volumeSize(sized ? (Integer) disk.sizeGib() : null)
                        .volumeType(disk.volumeType())
                        .iops(disk.iops())
                        .encrypted(disk.encrypted()))
                .build());
        var local = image.description().needs().localDisks().stream().map(disk -> BlockDeviceMapping.builder()
                .deviceName(disk.device())
                .virtualName(disk.name())
                .build());
        return Stream.concat(volumes, local).toList();
    }

    static String date(Instant instant) {
        return DATE.format(instant);
    }
}
