package io.coppice.testing.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The source files of the repository that this test runs in. */
public final class SourceTree {
    private SourceTree() {}

    /** The folder that holds the Maven wrapper and all modules. */
    public static Path root() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("mvnw")) && Files.exists(folder.resolve("foundation/pom.xml"))) {
                return folder;
            }
        }
        throw new IllegalStateException(
                "not inside the repository: " + Path.of("").toAbsolutePath());
    }

    /** All hand-written Java files of all modules, tests included, in order of their names. */
    static List<Path> javaFiles() {
        var root = root();
        try (var files = Files.find(
                root, 32, (path, attributes) -> attributes.isRegularFile() && isSource(root.relativize(path)))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSource(Path path) {
        var text = path.toString();
        return text.endsWith(".java") && text.contains("src/") && !text.contains("target/");
    }
}
