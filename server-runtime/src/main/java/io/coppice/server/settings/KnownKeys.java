package io.coppice.server.settings;

import io.coppice.server.OperatorException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * All configuration keys that this version has, of every role: one settings file serves processes that play different
 * roles, so a process must know the others' keys too. A key that is none of them would be read by nobody; it stops the
 * start. The list is generated (see {@code ConfigurationPageTest}).
 */
public final class KnownKeys {
    private static final String LIST = "/coppice-configuration-keys.txt";
    private static final String RUNTIME = "quarkus.";
    private static final String VARIABLE_PREFIX = "COPPICE_";
    private static final String FREE_PART = ".*";

    /** Keys that are read from the file alone, since they count before the process has its configuration. */
    private static final Set<String> FILE_ONLY_GROUPS = Set.of("coppice.server.", "coppice.database.");

    /** Variables of the command line, its scripts and the compose file, which are no configuration keys. */
    private static final Set<String> OTHER_VARIABLES = Set.of(
            "COPPICE_AOT",
            "COPPICE_DATA",
            "COPPICE_DATABASE_PASSWORD",
            "COPPICE_GID",
            "COPPICE_HEAP",
            "COPPICE_HOSTS_DIR",
            "COPPICE_KAFKA",
            "COPPICE_LISTEN",
            "COPPICE_SAMPLE_IMAGE",
            "COPPICE_UID",
            "COPPICE_CLOUD_CONTROLLER_IMAGE",
            "COPPICE_CLUSTER_CONTROLLER_IMAGE",
            "COPPICE_NODE_CONTROLLER_IMAGE",
            "COPPICE_WALRUS_IMAGE",
            "COPPICE_EBS_CONTROLLER_IMAGE");

    /** Removed key to what is to be done instead, a sentence. None was removed so far. */
    private static final Map<String, String> REMOVED = Map.of();

    private final Set<String> exact;
    private final Set<String> prefixes;
    private final Map<String, String> removed;

    /**
     * @param keys the names; {@code .*} at the end stands for a part that is free to choose
     * @param removed names of earlier versions to what is to be done instead
     */
    KnownKeys(Collection<String> keys, Map<String, String> removed) {
        this.exact = keys.stream().filter(key -> !key.endsWith(FREE_PART)).collect(Collectors.toUnmodifiableSet());
        this.prefixes = keys.stream()
                .filter(key -> key.endsWith(FREE_PART))
                .map(key -> key.substring(0, key.length() - 1))
                .collect(Collectors.toUnmodifiableSet());
        this.removed = Map.copyOf(removed);
    }

    /** Those of this version. */
    public static KnownKeys ofThisVersion() {
        try (var list = KnownKeys.class.getResourceAsStream(LIST)) {
            if (list == null) {
                throw new IllegalStateException(LIST + " is missing from this build");
            }
            var text = new String(list.readAllBytes(), StandardCharsets.UTF_8);
            var keys = text.lines().filter(line -> !line.isBlank()).toList();
            return new KnownKeys(keys, REMOVED);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + LIST, e);
        }
    }

    /**
     * Throws {@link OperatorException} for the first key of the settings, or variable of the environment, that nothing
     * reads. Names the nearest one that something reads.
     */
    public void check(Settings settings, Path file, Map<String, String> environment) {
        for (var key : settings.values().keySet()) {
            checkKey(key, file);
        }
        for (var variable : new TreeSet<>(environment.keySet())) {
            if (variable.startsWith(VARIABLE_PREFIX) && !OTHER_VARIABLES.contains(variable)) {
                checkVariable(variable, file);
            }
        }
    }

    private void checkKey(String key, Path file) {
        if (key.startsWith(RUNTIME) || isKnown(key)) {
            return;
        }
        var where = "the key \"" + printable(key) + "\" in " + file;
        var instead = removed.get(key);
        if (instead != null) {
            throw new OperatorException(where + " was removed: nothing reads it any more", instead);
        }
        throw new OperatorException(
                where + " is not known: nothing would read it",
                nearest(key)
                        .map(near -> "Write " + near + " if that is meant, or remove the line.")
                        .orElse("Remove the line; the keys are those of docs/generated/configuration.md."));
    }

    private void checkVariable(String variable, Path file) {
        var fileOnly = FILE_ONLY_GROUPS.stream().map(KnownKeys::variable).anyMatch(variable::startsWith);
        var known = exact.stream().filter(key -> variable(key).equals(variable)).findFirst();
        if (known.isPresent() && fileOnly) {
            throw new OperatorException(
                    "the environment variable " + variable + " is not read: its key counts before the environment does",
                    "Write " + known.get() + " into " + file + ", and unset the variable.");
        }
        if (known.isPresent() || prefixes.stream().map(KnownKeys::variable).anyMatch(variable::startsWith)) {
            return;
        }
        throw new OperatorException(
                "the environment variable " + printable(variable) + " is not known: nothing would read it",
                nearestVariable(variable)
                        .map(near -> "Set " + near + " if that is meant, or unset it.")
                        .orElse("Unset it; the keys are those of docs/generated/configuration.md."));
    }

    private boolean isKnown(String key) {
        // A list may be written by index: key[0], key[1].
        var plain = key.replaceAll("\\[\\d+]$", "");
        return exact.contains(plain)
                || prefixes.stream().anyMatch(prefix -> key.startsWith(prefix) && key.length() > prefix.length());
    }

    private Optional<String> nearest(String key) {
        return nearest(key, exact);
    }

    private Optional<String> nearestVariable(String variable) {
        var all = exact.stream().map(KnownKeys::variable).collect(Collectors.toCollection(TreeSet::new));
        all.addAll(OTHER_VARIABLES);
        return nearest(variable, all);
    }

    /** The closest name, when it is close enough to be what was meant: a third of it may differ. */
    private static Optional<String> nearest(String name, Collection<String> names) {
        var limit = Math.max(2, name.length() / 3);
        return names.stream()
                .filter(known -> Math.abs(known.length() - name.length()) <= limit)
                .map(known -> Map.entry(known, distance(name, known)))
                .filter(entry -> entry.getValue() <= limit)
                .min(Comparator.<Map.Entry<String, Integer>>comparingInt(Map.Entry::getValue)
                        .thenComparing(Map.Entry::getKey))
                .map(Map.Entry::getKey);
    }

    /** How many letters must be put in, left out or exchanged to make one of the other (Levenshtein). */
    private static int distance(String one, String other) {
        var row = new int[other.length() + 1];
        for (int column = 0; column < row.length; column++) {
            row[column] = column;
        }
        for (int line = 1; line <= one.length(); line++) {
            var diagonal = row[0];
            row[0] = line;
            for (int column = 1; column < row.length; column++) {
                var exchanged = diagonal + (one.charAt(line - 1) == other.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(exchanged, Math.min(row[column], row[column - 1]) + 1);
            }
        }
        return row[other.length()];
    }

    /** The variable of a key (MicroProfile Config, "Environment Variables Mapping Rules"). */
    private static String variable(String key) {
        return key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    private static String printable(String text) {
        return text.codePoints()
                .limit(200)
                .map(each -> Character.isISOControl(each) ? '?' : each)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
