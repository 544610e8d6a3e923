package io.coppice.node.disk;

import io.coppice.node.disk.DiskStore.CachedBase;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A disk that a guest gets.
 *
 * @param file where its bytes are
 * @param format {@code qcow2} or {@code raw}
 * @param serial what the guest reads as the disk's serial number, at most 20 characters
 * @param arriving the image below it, when that is to be read from where it is served instead of from its file
 */
public record Disk(Path file, String format, String serial, Optional<CachedBase> arriving) {
    /** One whose image, if it has one, is here. */
    public Disk(Path file, String format, String serial) {
        this(file, format, serial, Optional.empty());
    }
}
