package io.coppice.cloud.volume;

import io.coppice.cloud.tag.TagRules;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.SnapshotInfo;

/** A snapshot as the actions answer it. */
final class SnapshotAnswers {
    private static final String STANDARD_TIER = "standard";

    private SnapshotAnswers() {}

    static software.amazon.awssdk.services.ec2.model.Snapshot snapshot(Snapshot snapshot) {
        return software.amazon.awssdk.services.ec2.model.Snapshot.builder()
                .snapshotId(snapshot.id().value())
                .volumeId(snapshot.volumeId())
                .volumeSize(snapshot.sizeGib())
                .state(snapshot.state().text())
                .stateMessage(snapshot.errorMessage().isEmpty() ? null : snapshot.errorMessage())
                .startTime(snapshot.startedAt())
                .completionTime(snapshot.completedAt())
                .progress(progress(snapshot))
                .ownerId(snapshot.owner().value())
                .description(snapshot.description())
                .encrypted(snapshot.encrypted())
                .kmsKeyId(snapshot.kmsKeyId())
                .storageTier(STANDARD_TIER)
                .tags(TagRules.toList(snapshot.tags()))
                .build();
    }

    /** Per cent; a snapshot is there at once or not at all. */
    static String progress(Snapshot snapshot) {
        return snapshot.state() == SnapshotState.COMPLETED ? "100%" : "0%";
    }

    static CreateSnapshotResponse created(Snapshot snapshot) {
        return CreateSnapshotResponse.builder()
                .snapshotId(snapshot.id().value())
                .volumeId(snapshot.volumeId())
                .volumeSize(snapshot.sizeGib())
                .state(SnapshotState.PENDING.text())
                .startTime(snapshot.startedAt())
                .progress("")
                .ownerId(snapshot.owner().value())
                .description(snapshot.description())
                .encrypted(snapshot.encrypted())
                .kmsKeyId(snapshot.kmsKeyId())
                .tags(TagRules.toList(snapshot.tags()))
                .build();
    }

    static SnapshotInfo info(Snapshot snapshot) {
        return SnapshotInfo.builder()
                .snapshotId(snapshot.id().value())
                .volumeId(snapshot.volumeId())
                .volumeSize(snapshot.sizeGib())
                .state(SnapshotState.PENDING.text())
                .startTime(snapshot.startedAt())
                .progress("")
                .ownerId(snapshot.owner().value())
                .description(snapshot.description())
                .encrypted(snapshot.encrypted())
                .tags(TagRules.toList(snapshot.tags()))
                .build();
    }
}
