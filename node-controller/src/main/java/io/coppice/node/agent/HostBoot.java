package io.coppice.node.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Names the current start of the host's operating system. */
final class HostBoot {
    /** See random(4): a UUID that the kernel makes at boot. */
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private HostBoot() {}

    /** The kernel's boot id; a constant where there is none, so that a guest that is off counts as shut down by itself. */
    static String current() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
