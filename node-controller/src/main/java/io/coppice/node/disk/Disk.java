package io.coppice.node.disk;

import java.nio.file.Path;

/**
 * A disk that a guest gets.
 *
 * @param file where its bytes are
 * @param format {@code qcow2} or {@code raw}
 * @param serial what the guest reads as the disk's serial number, at most 20 characters
 */
public record Disk(Path file, String format, String serial) {}
