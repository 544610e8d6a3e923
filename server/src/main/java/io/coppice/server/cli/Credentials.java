package io.coppice.server.cli;

import io.coppice.server.OperatorException;
import io.coppice.server.settings.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The user's access key as the first start wrote it.
 *
 * @param secretAccessKey never logged
 */
public record Credentials(String accessKeyId, String secretAccessKey) {
    /** Reads {@code credentials} in the data folder. */
    public static Credentials read(DataFolder folder) {
        return read(folder.credentials());
    }

    /** Reads a file that the first start wrote. */
    public static Credentials read(Path file) {
        try {
            Map<String, String> values = new HashMap<>();
            for (var line : Files.readAllLines(file)) {
                var equals = line.indexOf('=');
                if (equals > 0) {
                    values.put(
                            line.substring(0, equals).strip(),
                            line.substring(equals + 1).strip());
                }
            }
            return new Credentials(
                    values.getOrDefault("AWS_ACCESS_KEY_ID", ""), values.getOrDefault("AWS_SECRET_ACCESS_KEY", ""));
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot read the credentials in " + file + ": " + e.getMessage(),
                    "Run \"coppice up\" first, as the user who owns the data folder.",
                    e);
        }
    }

    @Override
    public String toString() {
        return "Credentials[" + accessKeyId + "]";
    }
}
