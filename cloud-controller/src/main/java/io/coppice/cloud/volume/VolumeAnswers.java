package io.coppice.cloud.volume;

import io.coppice.cloud.tag.TagRules;
import java.util.List;
import java.util.Objects;
import software.amazon.awssdk.services.ec2.model.VolumeAttachment;
import software.amazon.awssdk.services.ec2.model.VolumeStatusDetails;
import software.amazon.awssdk.services.ec2.model.VolumeStatusInfo;
import software.amazon.awssdk.services.ec2.model.VolumeStatusItem;

/** A volume as the Describe actions answer it. */
final class VolumeAnswers {
    private VolumeAnswers() {}

    static software.amazon.awssdk.services.ec2.model.Volume volume(Volume volume) {
        return software.amazon.awssdk.services.ec2.model.Volume.builder()
                .volumeId(volume.id().value())
                .size(volume.shape().sizeGib())
                .snapshotId(Objects.requireNonNullElse(volume.shownSnapshotId(), ""))
                .sourceVolumeId(volume.sourceId())
                .availabilityZone(volume.shape().zone())
                .state(volume.state().text())
                .createTime(volume.createdAt())
                .attachments(attachments(volume))
                .volumeType(volume.shape().kind().text())
                .iops(volume.shape().iops())
                .encrypted(volume.shape().encrypted())
                .kmsKeyId(volume.shape().kmsKeyId())
                .multiAttachEnabled(volume.shape().multiAttach())
                .tags(TagRules.toList(volume.tags()))
                .build();
    }

    private static List<VolumeAttachment> attachments(Volume volume) {
        return volume.attachments().stream()
                .map(each -> attachment(volume.id().value(), each))
                .toList();
    }

    static VolumeAttachment attachment(String volumeId, Volume.Attachment attachment) {
        return VolumeAttachment.builder()
                .volumeId(volumeId)
                .instanceId(attachment.instanceId())
                .device(attachment.device())
                .state(attachment.state().text())
                .attachTime(attachment.since())
                .deleteOnTermination(attachment.deleteOnTermination())
                .build();
    }

    static VolumeStatusItem status(Volume volume) {
        var fine = volume.state() != VolumeState.ERROR;
        return VolumeStatusItem.builder()
                .volumeId(volume.id().value())
                .availabilityZone(volume.shape().zone())
                .volumeStatus(VolumeStatusInfo.builder()
                        .status(status(fine))
                        .details(
                                detail("io-enabled", fine ? "passed" : "failed"),
                                detail("io-performance", "not-applicable"))
                        .build())
                .actions(List.of())
                .events(List.of())
                .attachmentStatuses(List.of())
                .build();
    }

    static String status(boolean fine) {
        return fine ? "ok" : "impaired";
    }

    private static VolumeStatusDetails detail(String name, String status) {
        return VolumeStatusDetails.builder().name(name).status(status).build();
    }
}
