package io.coppice.cloud.image;

import io.coppice.cloud.volume.DiskMapping;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A machine image.
 *
 * @param ownerAlias {@code amazon} for the images that come with the cloud
 * @param content what is known of its bytes; sizes are 0 and texts empty before it is available
 * @param disks those that its instances begin with, the root disk first; none when that comes from an object
 * @param deprecateAt from when on others are not shown it unless they ask for it; null for never
 * @param launchers the accounts besides the owner that may launch it; the owner's own knowledge
 * @param protection whether it is kept from being deregistered
 * @param tags those of the account that asks
 */
record Image(
        ImageId id,
        AccountId owner,
        @Nullable String ownerAlias,
        Description description,
        ImageState state,
        String stateReason,
        boolean isPublic,
        Content content,
        List<DiskMapping> disks,
        Instant createdAt,
        @Nullable Instant deprecateAt,
        Set<AccountId> launchers,
        ImageProtection protection,
        Map<String, String> tags) {
    private static final long GIB = 1L << 30;

    /**
     * What its owner says of it.
     *
     * @param bucket the bucket it was registered from; empty when that was a snapshot
     * @param key the object it was registered from; for people only when it was a snapshot
     * @param sourceId the image that it is a copy of; null when it is none
     * @param needs what its instances need besides their volumes
     * @param signature of its bytes, base64; empty for none
     */
    record Description(
            String name,
            String text,
            String bucket,
            String key,
            String architecture,
            String rootDeviceName,
            @Nullable String sourceId,
            GuestNeeds needs,
            String signature) {
        /** Of an image that needs nothing unusual. */
        Description(
                String name,
                String text,
                String bucket,
                String key,
                String architecture,
                String rootDeviceName,
                @Nullable String sourceId) {
            this(name, text, bucket, key, architecture, rootDeviceName, sourceId, GuestNeeds.USUAL, "");
        }

        /** The same, with other needs. */
        Description needing(GuestNeeds other) {
            return new Description(name, text, bucket, key, architecture, rootDeviceName, sourceId, other, signature);
        }

        /** The same, signed. */
        Description signed(String with) {
            return new Description(name, text, bucket, key, architecture, rootDeviceName, sourceId, needs, with);
        }

        /** As RegisterImage takes it. */
        String location() {
            return bucket.isEmpty() ? key : bucket + "/" + key;
        }
    }

    /**
     * What is known of its bytes.
     *
     * @param sha256 lower-case hexadecimal
     * @param format {@code raw} or {@code qcow2}
     * @param signedBy the trusted key that they were signed with, by its SHA-256; empty for none
     */
    record Content(String sha256, long sizeBytes, long virtualSizeBytes, String format, String signedBy) {
        static final Content UNKNOWN = new Content("", 0, 0, "");

        /** Of which nobody has signed anything. */
        Content(String sha256, long sizeBytes, long virtualSizeBytes, String format) {
            this(sha256, sizeBytes, virtualSizeBytes, format, "");
        }

        /** The same, signed with this key. */
        Content signedBy(String key) {
            return new Content(sha256, sizeBytes, virtualSizeBytes, format, key);
        }
    }

    /** Who vouches for it. */
    Provenance provenance() {
        return new Provenance(ownerAlias != null, content.signedBy());
    }

    /** Whether this account may launch it and see it. */
    boolean allows(AccountId account) {
        return isPublic || owner.equals(account) || launchers.contains(account);
    }

    /** Whether it is shown to others only when they ask for it. */
    boolean isDeprecated(Instant now) {
        return deprecateAt != null && !deprecateAt.isAfter(now);
    }

    /** The same image, of whose snapshots these are encrypted. */
    Image knowing(Set<String> encryptedSnapshots) {
        var known = disks.stream()
                .map(disk ->
                        disk.encrypted(disk.snapshotId() != null && encryptedSnapshots.contains(disk.snapshotId())))
                .toList();
        return new Image(
                id,
                owner,
                ownerAlias,
                description,
                state,
                stateReason,
                isPublic,
                content,
                known,
                createdAt,
                deprecateAt,
                launchers,
                protection,
                tags);
    }

    /** Whether its root disk begins as a snapshot. */
    boolean onSnapshots() {
        return !disks.isEmpty();
    }

    /** Its disks as users see them: the root disk at least. */
    List<DiskMapping> shownDisks() {
        return onSnapshots()
                ? disks
                : List.of(new DiskMapping(description.rootDeviceName(), null, rootGib(), "standard", null, true));
    }

    /** The snapshots that it cannot be launched without. */
    List<String> snapshotIds() {
        return disks.stream()
                .map(DiskMapping::snapshotId)
                .filter(Objects::nonNull)
                .<String>map(Objects::requireNonNull)
                .toList();
    }

    /** The size of its root volume in whole GiB, at least 1. */
    int rootGib() {
        if (onSnapshots()) {
            return disks.getFirst().sizeGib();
        }
        return (int) Math.max(1, Math.ceilDiv(content.virtualSizeBytes(), GIB));
    }

    Images.LaunchImage forLaunch() {
        return new Images.LaunchImage(
                id,
                owner,
                content.sha256(),
                content.sizeBytes(),
                content.virtualSizeBytes(),
                content.format(),
                description.architecture(),
                description.rootDeviceName(),
                disks,
                description.needs(),
                provenance());
    }
}
