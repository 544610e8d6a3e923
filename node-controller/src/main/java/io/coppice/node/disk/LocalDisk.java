package io.coppice.node.disk;

import java.util.regex.Pattern;

/**
 * An empty disk that an instance is to have besides its root disk.
 *
 * @param name {@code ephemeral0} to {@code ephemeral23}, or {@code swap}: its file's name and what the guest reads as its
 *     serial number
 * @param sizeBytes as the guest sees it, whole MiB
 */
public record LocalDisk(String name, long sizeBytes) {
    private static final Pattern NAME = Pattern.compile("swap|ephemeral(1?[0-9]|2[0-3])");

    /** Throws for a name that no such disk has, so that none leads out of the instance's folder. */
    public LocalDisk {
        if (!isName(name)) {
            throw new IllegalArgumentException("a local disk cannot be called " + name);
        }
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }
}
