package io.coppice.node.metadata;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One guest's metadata as folders and values, listed the way EC2 lists them: a folder's entries one per line, folders with
 * a slash at the end. Immutable. Source: AWS EC2 user guide, "Instance metadata categories".
 */
final class MetadataTree {
    private final Folder root;

    private MetadataTree(Folder root) {
        this.root = root;
    }

    static Builder builder() {
        return new Builder();
    }

    /**
     * What a path names, empty when it names nothing. A folder is found with and without a slash at its end, a value only
     * without.
     */
    Optional<byte[]> read(String path) {
        Entry entry = root;
        for (var name : names(path)) {
            if (!(entry instanceof Folder folder)) {
                return Optional.empty();
            }
            var next = folder.entries().get(name);
            if (next == null) {
                return Optional.empty();
            }
            entry = next;
        }
        return switch (entry) {
            case Folder folder -> Optional.of(folder.listing().getBytes(StandardCharsets.UTF_8));
            case Value value -> path.endsWith("/") ? Optional.empty() : Optional.of(value.bytes());
        };
    }

    private static List<String> names(String path) {
        var names = new ArrayList<String>();
        for (var name : path.split("/", -1)) {
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        return names;
    }

    private sealed interface Entry permits Folder, Value {}

    private record Folder(SortedMap<String, Entry> entries, SortedMap<String, String> labels) implements Entry {
        private Folder() {
            this(new TreeMap<>(), new TreeMap<>());
        }

        private String listing() {
            var lines = new ArrayList<String>();
            for (Map.Entry<String, Entry> entry : entries.entrySet()) {
                var label = labels.get(entry.getKey());
                var slash = entry.getValue() instanceof Folder ? "/" : "";
                lines.add(label == null ? entry.getKey() + slash : label);
            }
            return String.join("\n", lines);
        }
    }

    private record Value(byte[] bytes) implements Entry {}

    /** Collects values; not thread-safe. */
    static final class Builder {
        private final Folder root = new Folder();

        private Builder() {}

        /** Adds a value; an empty text adds nothing, as EC2 does not list what an instance does not have. */
        Builder put(String path, String value) {
            return value.isEmpty() ? this : put(path, value.getBytes(StandardCharsets.UTF_8));
        }

        Builder put(String path, byte[] value) {
            var names = names(path);
            folder(names.subList(0, names.size() - 1)).entries().put(names.getLast(), new Value(value.clone()));
            return this;
        }

        /** Lists the folder under another text than its name: {@code 0=my-key} for the key with number 0. */
        Builder label(String path, String label) {
            var names = names(path);
            folder(names.subList(0, names.size() - 1)).labels().put(names.getLast(), label);
            return this;
        }

        private Folder folder(List<String> names) {
            var folder = root;
            for (var name : names) {
                if (!(folder.entries().computeIfAbsent(name, ignored -> new Folder()) instanceof Folder next)) {
                    throw new IllegalArgumentException(name + " is a value and cannot hold others");
                }
                folder = next;
            }
            return folder;
        }

        MetadataTree build() {
            return new MetadataTree(root);
        }
    }
}
