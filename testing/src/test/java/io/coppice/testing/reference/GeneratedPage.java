package io.coppice.testing.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.testing.architecture.SourceTree;
import java.io.IOException;
import java.nio.file.Files;

/** A page in {@code docs/generated}; {@code -Dgolden.update=true} rewrites it. */
final class GeneratedPage {
    private GeneratedPage() {}

    static void check(String name, String text) throws IOException {
        var file = SourceTree.root().resolve("docs/generated").resolve(name);
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(file, text);
        }
        assertEquals(text, Files.readString(file), "run this test with -Dgolden.update=true and commit " + file);
    }
}
