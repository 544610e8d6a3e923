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

    @Override
    public String nodeName() {
        return NODE;
    }

    @Override
    public Map<String, @Nullable Object> node(DiskAccess access) {
        var holder = new HashMap<String, @Nullable Object>(images.node(image));
        holder.put("cache", Map.of("direct", access.direct()));
        holder.put("discard", "unmap");
        if (key.isPresent()) {
            return encrypted(holder, access);
        }
        holder.put("node-name", NODE);
        return holder;
    }

    /** A snapshot of the image has all that was acknowledged then, and so has the next daemon when this one dies. */
    @Override
    public boolean writesThrough() {
        return key.isPresent();
    }

    private static Map<String, @Nullable Object> encrypted(Map<String, @Nullable Object> holder, DiskAccess access) {
        var node = new HashMap<String, @Nullable Object>();
        node.put("driver", "qcow2");
        node.put("node-name", NODE);
        node.put("cache", Map.of("direct", access.direct()));
        node.put("discard", "unmap");
        node.put("encrypt", ENCRYPTION);
        node.put("file", holder);
        return node;
    }

    @Override
    public void cutOffOthers() throws IOException {
        images.access().cutOff(image);
    }
}
