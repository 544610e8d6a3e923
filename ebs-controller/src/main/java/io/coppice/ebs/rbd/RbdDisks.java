package io.coppice.ebs.rbd;

import io.coppice.ebs.backend.EncryptedCopies;
import io.coppice.ebs.key.DiskKey;
import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.layer.EmptyDisk;
import io.coppice.ebs.serve.BlockDisk;
import io.coppice.ebs.transfer.QemuImg;
import io.coppice.ebs.transfer.StoredDisk;
import io.coppice.foundation.id.ResourceId;
import io.coppice.foundation.id.SnapshotId;
import java.io.IOException;
import java.util.Optional;

/**
 * The disks of volumes and snapshots: the images themselves, or when they are encrypted a qcow2 in each, which is a little shorter
 * than its image. Nothing lies below such a qcow2; clones are those of the images. Thread-safe.
 */
final class RbdDisks {
    private final RbdImages images;
    private final DiskKeys keys;
    private final QemuImg qemuImg;

    RbdDisks(RbdImages images, DiskKeys keys, QemuImg qemuImg) {
        this.images = images;
        this.keys = keys;
        this.qemuImg = qemuImg;
    }

    /** The size as a guest sees it, bytes. */
    long sizeBytes(ResourceId id, ImageFacts facts) throws IOException {
        return facts.isEncrypted() ? facts.encryptedBytes().getAsLong() : images.lengthBytes(id.value());
    }

    /** Makes a disk of zeros, encrypted when it has a key. */
    void create(ResourceId id, long sizeBytes) throws IOException {
        var key = keys.of(id);
        if (key.isPresent()) {
            begin(id, sizeBytes, key.get());
            images.finish(id.value(), ImageFacts.encrypted(sizeBytes));
        } else {
            images.create(id.value(), sizeBytes);
        }
    }

    /** Makes an encrypted disk of zeros, that is not whole yet. */
    private void begin(ResourceId id, long sizeBytes, DiskKey key) throws IOException {
        images.begin(id.value(), EmptyDisk.encrypted(sizeBytes, key), EmptyDisk.roomBytes(sizeBytes));
    }

    /** Makes a disk that holds what a snapshot holds, and zeros beyond; encrypted as that is. */
    void cloneOf(SnapshotId source, ImageFacts facts, ResourceId id, long sizeBytes) throws IOException {
        var made = facts.over();
        images.cloneOf(source.value(), id.value());
        if (sizeBytes(id, made) < sizeBytes) {
            lengthen(id, made, sizeBytes);
            made = made.isEncrypted()
                    ? new ImageFacts(
                            made.below(), ImageFacts.encrypted(sizeBytes).encryptedBytes())
                    : made;
        }
        images.finish(id.value(), made);
    }

    /** Makes a disk longer. Nobody may have one open that is encrypted. */
    void grow(ResourceId id, ImageFacts facts, long sizeBytes) throws IOException {
        lengthen(id, facts, sizeBytes);
        if (facts.isEncrypted()) {
            images.sayEncrypted(id.value(), sizeBytes);
        }
    }

    private void lengthen(ResourceId id, ImageFacts facts, long sizeBytes) throws IOException {
        if (!facts.isEncrypted()) {
            images.resize(id.value(), sizeBytes);
            return;
        }
        if (images.lengthBytes(id.value()) < EmptyDisk.roomBytes(sizeBytes)) {
            images.resize(id.value(), EmptyDisk.roomBytes(sizeBytes));
        }
        qemuImg.grow(stored(id, facts), sizeBytes);
    }

    /** The key that a disk made from this one is to be encrypted with by a copy; empty: it is encrypted as that one is. */
    Optional<DiskKey> keyOfCopy(ImageFacts source, ResourceId id) throws IOException {
        return source.isEncrypted() ? Optional.empty() : keys.of(id);
    }

    /** An encrypted disk that is to hold what a plain snapshot holds, and zeros beyond. */
    EncryptedCopies.Target copyOf(SnapshotId plain, ResourceId id, long sizeBytes, DiskKey key) {
        return new EncryptedCopies.Target() {
            @Override
            public void fill() throws IOException {
                begin(id, sizeBytes, key);
                qemuImg.encrypt(
                        stored(plain, ImageFacts.PLAIN),
                        new RbdStoredDisk(images, id.value(), sizeBytes, Optional.of(key)));
            }

            @Override
            public void adopt() throws IOException {
                images.finish(id.value(), ImageFacts.encrypted(sizeBytes));
            }

            @Override
            public void discard() throws IOException {
                images.discard(id.value());
            }
        };
    }

    /** As a storage daemon opens it. */
    BlockDisk served(ResourceId id, ImageFacts facts) throws IOException {
        return new RbdDisk(images, id.value(), key(id, facts));
    }

    /** As qemu-img opens it. */
    StoredDisk stored(ResourceId id, ImageFacts facts) throws IOException {
        return new RbdStoredDisk(images, id.value(), sizeBytes(id, facts), key(id, facts));
    }

    private Optional<DiskKey> key(ResourceId id, ImageFacts facts) throws IOException {
        return facts.isEncrypted() ? Optional.of(keys.require(id)) : Optional.empty();
    }
}
