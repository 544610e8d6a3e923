package io.coppice.cloud.volume;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.VolumeId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A volume.
 *
 * @param generation rises with every wish: 1 is to exist, 2 is to be gone
 * @param attachments the longest first; empty while it is attached to nothing
 * @param sourceId the volume that it was made as a copy of, from a snapshot that nobody is shown; null when it was not
 */
record Volume(
        VolumeId id,
        AccountId account,
        Shape shape,
        VolumeState state,
        String errorMessage,
        long generation,
        Instant createdAt,
        Map<String, String> tags,
        List<Attachment> attachments,
        @Nullable String sourceId) {
    /** One that is no copy of another. */
    Volume(
            VolumeId id,
            AccountId account,
            Shape shape,
            VolumeState state,
            String errorMessage,
            long generation,
            Instant createdAt,
            Map<String, String> tags,
            List<Attachment> attachments) {
        this(id, account, shape, state, errorMessage, generation, createdAt, tags, attachments, null);
    }

    Volume {
        attachments = List.copyOf(attachments);
    }

    /** A volume that an instance has as its root disk. */
    static Volume of(RootVolumes.RootVolume root, Map<String, String> tags) {
        return new Volume(
                root.id(),
                root.account(),
                new Shape(root.zone(), root.sizeGib(), VolumeKind.GP2, null, null),
                VolumeState.IN_USE,
                "",
                1,
                root.createdAt(),
                tags,
                List.of(new Attachment(
                        root.instanceId(), root.device(), AttachmentState.ATTACHED, true, root.createdAt())));
    }

    /** Whether it is the root disk of an instance: those have the digits of their instance. */
    boolean root() {
        return attachments.stream().anyMatch(each -> each.instanceId()
                .substring(InstanceId.PREFIX.length())
                .equals(id.value().substring(VolumeId.PREFIX.length())));
    }

    /** The snapshot that it was made from, as users see it; null when there was none. */
    @Nullable
    String shownSnapshotId() {
        return sourceId == null ? shape.snapshotId() : null;
    }

    /** The same volume as it is attached, or not. */
    Volume at(List<Attachment> places) {
        return new Volume(id, account, shape, state, errorMessage, generation, createdAt, tags, places, sourceId);
    }

    /** An instance that has it, and as what. Root disks are attached from their instance's launch to its end. */
    record Attachment(
            String instanceId, String device, AttachmentState state, boolean deleteOnTermination, Instant since) {}

    /**
     * What was asked for.
     *
     * @param sizeGib GiB
     * @param iops null where the type has none to choose
     * @param snapshotId what it was made from; null for an empty volume
     * @param kmsKeyId the ARN of the key that it is encrypted under; null when it is not
     * @param multiAttach whether several instances may have it at a time
     */
    record Shape(
            String zone,
            int sizeGib,
            VolumeKind kind,
            @Nullable Integer iops,
            @Nullable String snapshotId,
            @Nullable String kmsKeyId,
            boolean multiAttach) {
        /** One that is not encrypted, for one instance at a time. */
        Shape(String zone, int sizeGib, VolumeKind kind, @Nullable Integer iops, @Nullable String snapshotId) {
            this(zone, sizeGib, kind, iops, snapshotId, null, false);
        }

        boolean encrypted() {
            return kmsKeyId != null;
        }

        /** The same for the same wishes, for requests that come twice. */
        String text() {
            return zone + " " + sizeGib + " " + kind.text() + " " + iops + (snapshotId == null ? "" : " " + snapshotId)
                    + (kmsKeyId == null ? "" : " " + kmsKeyId)
                    + (multiAttach ? " multi-attach" : "");
        }
    }
}
