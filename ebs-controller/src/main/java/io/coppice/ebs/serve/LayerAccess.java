package io.coppice.ebs.serve;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * How the layer that is written to is opened, and those below it.
 *
 * @param access past the page cache or not, and by whom
 * @param synchronous whether the file's writes are on the disk by themselves, so that QEMU need not flush any
 */
record LayerAccess(DiskAccess access, boolean synchronous) {
    /**
     * Makes a layer ready to be opened.
     *
     * @param writesThrough as {@link BlockDisk#writesThrough}
     */
    static LayerAccess prepare(Path layer, DiskAccess access, boolean writesThrough) throws IOException {
        return new LayerAccess(access, SynchronousFile.set(layer, writesThrough));
    }

    /** {@code cache} of qemu-storage-daemon-qmp-ref(7): of the layer, its file and, unless they are told otherwise, those below. */
    Map<String, Boolean> cache() {
        return Map.of("direct", access.direct(), "no-flush", synchronous);
    }
}
