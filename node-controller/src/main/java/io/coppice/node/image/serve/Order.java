package io.coppice.node.image.serve;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * What a process is to serve.
 *
 * @param sha256 of all bytes, lower-case hexadecimal
 * @param sizeBytes of the image's file
 * @param format {@code raw} or {@code qcow2}: what lies in those bytes, which are served as they are
 * @param export the name that QEMU must know to read; not logged
 * @param target where the file goes once it is whole and right
 * @param bytesPerSecond the most that is fetched; 0 for no limit
 */
public record Order(String sha256, long sizeBytes, String format, String export, Path target, long bytesPerSecond) {
    /** The order in a folder; empty when none was written. */
    public static Optional<Order> in(ArrivalFolder folder) throws IOException {
        var text = ArrivalFolder.read(folder.order());
        if (text.isEmpty()) {
            return Optional.empty();
        }
        var found = new Properties();
        found.load(new StringReader(text.get()));
        try {
            return Optional.of(new Order(
                    required(found, "sha256"),
                    Long.parseLong(required(found, "size")),
                    required(found, "format"),
                    required(found, "export"),
                    Path.of(required(found, "target")),
                    Long.parseLong(required(found, "rate"))));
        } catch (NumberFormatException e) {
            throw new IOException("the order in " + folder.path() + " is damaged", e);
        }
    }

    private static String required(Properties found, String key) throws IOException {
        var value = found.getProperty(key);
        if (value == null) {
            throw new IOException("an order for an image lacks its " + key);
        }
        return value;
    }

    /** Writes it down; what a process reads once, when it starts. */
    public void write(ArrivalFolder folder) throws IOException {
        var text = "sha256=%s%nsize=%d%nformat=%s%nexport=%s%ntarget=%s%nrate=%d%n"
                .formatted(sha256, sizeBytes, format, export, target.toString().replace("\\", "\\\\"), bytesPerSecond);
        ArrivalFolder.replace(folder.order(), text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return sha256;
    }
}
