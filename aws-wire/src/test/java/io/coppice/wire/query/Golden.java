package io.coppice.wire.query;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts that users see, kept as files in {@code src/test/golden}; {@code -Dgolden.update=true} rewrites them. */
final class Golden {
    private Golden() {}

    static void check(String name, String actual) throws IOException {
        var file = Path.of("src", "test", "golden", name);
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, actual + "\n");
        }
        assertEquals(Files.readString(file), actual + "\n", name);
    }
}
