package io.coppice.ebs.rbd;

import io.coppice.ebs.copy.SnapshotDisks.Extents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where images have something, and where they differ, by whole objects of some megabytes. Takes as long as there are objects.
 * Thread-safe. Source: rbd(8), "diff" and "du".
 */
final class RbdDifferences {
    private static final int ATTEMPTS = 3;
    private static final String TITLE = "Offset";
    /** Offset, length, and whether there is data or there are zeros. */
    private static final Pattern EXTENT = Pattern.compile("(\\d+)\\s+(\\d+)\\s+(data|zero)\\s*");

    private final CephTools tools;

    RbdDifferences(CephTools tools) {
        this.tools = tools;
    }

    /** Bytes of an image that are not those of what it lies over. */
    long ownBytes(String image) throws IOException {
        var bytes = 0L;
        for (var each : tools.askJsonForLong("du", spec(image)).path("images")) {
            bytes += each.path("used_size").asLong();
        }
        return bytes;
    }

    private String spec(String image) {
        return tools.pool().pool() + "/" + image;
    }

    /** Names all parts of an image that may hold something else than zeros, those of what lies below included. */
    void allocated(String image, Extents extents) throws IOException {
        hear(
                (offset, bytes, data) -> {
                    if (data) {
                        extents.add(offset, bytes);
                    }
                },
                spec(image));
    }

    /** Names all parts in which two snapshots of an image may differ. */
    void changed(String image, String before, String after, Extents extents) throws IOException {
        hear((offset, bytes, data) -> extents.add(offset, bytes), spec(image) + "@" + after, "--from-snap", before);
    }

    /** A part of an image that differs. */
    @FunctionalInterface
    private interface Difference {
        void add(long offset, long bytes, boolean data);
    }

    /** What is heard before a failure may be heard again. */
    private void hear(Difference listener, String... of) throws IOException {
        var arguments = new ArrayList<>(List.of("diff", "--whole-object"));
        arguments.addAll(List.of(of));
        for (int left = ATTEMPTS; left > 0; left--) {
            try {
                tools.rbdLines(line -> hear(line, listener), arguments.toArray(String[]::new));
                return;
            } catch (CephRefusal e) {
                if (!e.isCrash() || left == 1) {
                    throw e;
                }
            }
        }
    }

    private static void hear(String line, Difference listener) {
        var match = EXTENT.matcher(line);
        if (match.matches()) {
            listener.add(
                    Long.parseLong(match.group(1)),
                    Long.parseLong(match.group(2)),
                    match.group(3).equals("data"));
        } else if (!line.startsWith(TITLE)) {
            // Were it passed over, a part with data would be taken for zeros.
            throw new IllegalStateException("rbd diff said what cannot be read: " + line);
        }
    }
}
