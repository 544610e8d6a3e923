package io.coppice.ebs.rbd;

import io.coppice.ebs.key.DiskKey;
import io.coppice.ebs.serve.BlockDisk;
import io.coppice.ebs.serve.DiskAccess;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An image as a storage daemon opens it. */
record RbdDisk(RbdImages images, String image) implements BlockDisk {
    private static final String NODE = "rbd";

    @Override
    public String nodeName() {
        return NODE;
    }

    @Override
    public Optional<DiskKey> key() {
        return Optional.empty();
    }

    @Override
    public Map<String, @Nullable Object> node(DiskAccess access) {
        var node = new HashMap<String, @Nullable Object>(images.node(image));
        node.put("node-name", NODE);
        node.put("cache", Map.of("direct", access.direct()));
        node.put("discard", "unmap");
        return node;
    }

    @Override
    public void cutOffOthers() throws IOException {
        images.cutOff(image);
    }
}
