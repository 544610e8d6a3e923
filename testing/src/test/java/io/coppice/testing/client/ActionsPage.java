package io.coppice.testing.client;

import io.coppice.testing.architecture.SourceTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The generated page of what the users' door carries out, read as its users read it. */
final class ActionsPage {
    private static final Pattern ROW = Pattern.compile("\\| ([A-Z]\\w+) \\| ([^|]*) \\|.*");

    private ActionsPage() {}

    static Path path() {
        return SourceTree.root().resolve("docs/compatibility.md");
    }

    /** The actions under a heading, for example {@code EC2}, that are answered with more than a refusal. */
    static SortedSet<String> of(String service) {
        var found = new TreeSet<String>();
        var here = false;
        for (var line : lines()) {
            var row = ROW.matcher(line);
            if (line.startsWith("## ")) {
                here = line.startsWith("## " + service + " ");
            } else if (here && row.matches() && !row.group(2).equals("unsupported")) {
                found.add(row.group(1));
            }
        }
        return found;
    }

    private static Iterable<String> lines() {
        try {
            return Files.readAllLines(path());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
