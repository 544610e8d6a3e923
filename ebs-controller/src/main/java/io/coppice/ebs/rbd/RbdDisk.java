package io.coppice.ebs.rbd;

import io.coppice.ebs.key.DiskKey;
import io.coppice.ebs.serve.BlockDisk;
import io.coppice.ebs.serve.DiskAccess;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An image, or the encrypted disk in it, as a storage daemon opens it. */
record RbdDisk(RbdImages images, String image, Optional<DiskKey> key) implements BlockDisk {
    private static final String NODE = "rbd";
    /** What the image is called that an encrypted disk is in. */
    private static final String HOLDER = "image";

    @Override
    public String nodeName() {
        return NODE;
    }

    @Override
    public Map<String, @Nullable Object> node(DiskAccess access) {
        var holder = new HashMap<String, @Nullable Object>(images.tools().pool().node(image));
        holder.put("cache", Map.of("direct", access.direct()));
        holder.put("discard", "unmap");
        holder.put("node-name", key.isPresent() ? HOLDER : NODE);
        return key.isPresent() ? encrypted(holder, access) : holder;
    }

    @Override
    public Optional<Map<String, @Nullable Object>> reopened(DiskAccess access) {
        return key.map(present -> encrypted(HOLDER, access));
    }

    private static Map<String, @Nullable Object> encrypted(Object holder, DiskAccess access) {
        var node = new HashMap<String, @Nullable Object>();
        node.put("driver", "qcow2");
        node.put("node-name", NODE);
        node.put("cache", Map.of("direct", access.direct()));
        node.put("discard", "unmap");
        node.put("encrypt", Map.of("format", "luks", "key-secret", KEY));
        node.put("file", holder);
        return node;
    }

    @Override
    public void cutOffOthers() throws IOException {
        images.cutOff(image);
    }
}
