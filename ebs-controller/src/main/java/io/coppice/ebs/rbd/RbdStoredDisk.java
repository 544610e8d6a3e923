package io.coppice.ebs.rbd;

import io.coppice.ebs.key.DiskKey;
import io.coppice.ebs.transfer.QemuImg;
import io.coppice.ebs.transfer.StoredDisk;
import java.util.List;
import java.util.Optional;

/** An image, or the encrypted disk in it, as qemu-img opens it. */
record RbdStoredDisk(RbdImages images, String image, long sizeBytes, Optional<DiskKey> key) implements StoredDisk {
    @Override
    public boolean isEncrypted() {
        return key.isPresent();
    }

    @Override
    public List<String> asSource() {
        return List.of("--image-opts", options());
    }

    @Override
    public List<String> asTarget() {
        return List.of("--target-image-opts", options());
    }

    private String options() {
        return (isEncrypted() ? QemuImg.ENCRYPTED_QCOW2 : QemuImg.PLAIN) + images.options(image);
    }

    @Override
    public void sync() {
        // qemu-img flushes what it has written before it ends, and Ceph then has it on its disks.
    }
}
