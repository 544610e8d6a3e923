package io.coppice.ebs.serve;

import java.io.IOException;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * How disks are opened. What guests wrote lies in their own memory already: past this machine's page cache it does not lie
 * there twice, and a snapshot finds nothing left to be written.
 */
public enum DiskAccess {
    /** Past the page cache, and the kernel itself does several reads and writes at a time. */
    BY_THE_KERNEL(true, "native"),
    /** Past the page cache, by threads of QEMU's: where the kernel has no more memory set aside for the other way, fs.aio-max-nr. */
    BY_THREADS(true, "threads"),
    /** For file systems that cannot do otherwise, such as those in memory. */
    THROUGH_THE_PAGE_CACHE(false, "threads");

    private static final Logger LOG = Logger.getLogger(DiskAccess.class);

    /** What QEMU says when it is the way of opening that is not to be had. */
    private static final List<String> REFUSALS = List.of("native AIO", "O_DIRECT");

    private final boolean direct;
    private final String aio;

    DiskAccess(boolean direct, String aio) {
        this.direct = direct;
        this.aio = aio;
    }

    /** {@code cache.direct} of qemu-storage-daemon-qmp-ref(7). */
    public boolean direct() {
        return direct;
    }

    /** {@code aio} of a file, as qemu-storage-daemon-qmp-ref(7) has it. */
    String aio() {
        return aio;
    }

    /** Does something in the first of these ways that is to be had. */
    static void best(Opening opening) throws IOException {
        for (var access : List.of(BY_THE_KERNEL, BY_THREADS)) {
            try {
                opening.with(access);
                return;
            } catch (IOException e) {
                if (REFUSALS.stream().noneMatch(String.valueOf(e.getMessage())::contains)) {
                    throw e;
                }
                LOG.debugf("a disk cannot be opened %s: %s", access, e.getMessage());
            }
        }
        opening.with(THROUGH_THE_PAGE_CACHE);
    }

    /** Opens something. */
    @FunctionalInterface
    interface Opening {
        /** Does it so, or throws. */
        void with(DiskAccess access) throws IOException;
    }
}
