package io.coppice.testing.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.testing.architecture.SourceTree;
import java.io.IOException;
import java.nio.file.Files;

/** A page that is generated; {@code -Dgolden.update=true} rewrites it. */
final class GeneratedPage {
    private GeneratedPage() {}

    /** A page in {@code docs/generated}. */
    static void check(String name, String text) throws IOException {
        checkIn("docs/generated", name, text);
    }

    /** A page in any folder of the tree. */
    static void checkIn(String folder, String name, String text) throws IOException {
        var file = SourceTree.root().resolve(folder).resolve(name);
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(file, text);
        }
        assertEquals(text, Files.readString(file), "run this test with -Dgolden.update=true and commit " + file);
    }
}
