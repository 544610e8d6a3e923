package io.coppice.foundation.secret;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Supplier;

/** Small files that hold secrets: mode 0600 from the first byte, whole and durable or not there at all. */
public final class OwnerOnlyFile {
    private OwnerOnlyFile() {}

    /** Writes beside and renames. Replaces what is there. */
    public static void write(Path file, String content) throws IOException {
        write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /** As {@link #write(Path, String)}, of bytes. */
    public static void write(Path file, byte[] content) throws IOException {
        var folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        var temporary = Files.createTempFile(folder, ".new-", "", ownerOnly);
        try {
            Files.write(temporary, content, StandardOpenOption.SYNC);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** The content without surrounding space; written by {@code first} when there is no such file. */
    public static String readOrCreate(Path file, Supplier<String> first) throws IOException {
        if (!Files.exists(file)) {
            write(file, first.get() + "\n");
        }
        return Files.readString(file).strip();
    }
}
