package io.coppice.testing.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.testing.architecture.SourceTree;
import java.io.IOException;
import java.nio.file.Files;

/** A generated file, mostly a page in {@code docs/generated}; {@code -Dgolden.update=true} rewrites it. */
final class GeneratedPage {
    private GeneratedPage() {}

    static void check(String name, String text) throws IOException {
        checkFile("docs/generated/" + name, text);
    }

    /** {@code path} begins at the top of the source tree. */
    static void checkFile(String path, String text) throws IOException {
        var file = SourceTree.root().resolve(path);
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(file, text);
        }
        assertEquals(text, Files.readString(file), "run this test with -Dgolden.update=true and commit " + file);
    }
}
