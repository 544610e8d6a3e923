package io.coppice.ebs.rbd;

import io.coppice.ebs.key.DiskKey;
import io.coppice.ebs.transfer.StoredDisk;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** An image as qemu-img opens it. */
record RbdStoredDisk(RbdImages images, String image) implements StoredDisk {
    @Override
    public long sizeBytes() throws IOException {
        return images.sizeBytes(image);
    }

    @Override
    public boolean isEncrypted() {
        return false;
    }

    @Override
    public Optional<DiskKey> key() {
        return Optional.empty();
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
        return "driver=raw,"
                + images.node(image).entrySet().stream()
                        .map(RbdStoredDisk::option)
                        .collect(Collectors.joining(","));
    }

    private static String option(Map.Entry<String, Object> each) {
        return "file." + each.getKey() + "=" + each.getValue().toString().replace(",", ",,");
    }

    @Override
    public void sync() {
        // qemu-img flushes what it has written before it ends, and Ceph then has it on its disks.
    }
}
