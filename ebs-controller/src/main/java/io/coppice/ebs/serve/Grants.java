package io.coppice.ebs.serve;

import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who may have a volume open: an export's name for each attachment. Immutable. Must not be logged: who knows a name can write.
 *
 * @param names of the exports, at most {@link #MOST}; empty: nobody
 * @param shared whether several may have it open at a time; otherwise there is one name at most
 * @param direct whether the one who may opens the volume where its bytes are, if the backend knows how, and nothing serves it
 */
public record Grants(SortedSet<String> names, boolean shared, boolean direct) {
    /** How many may have a volume open at a time. Source: "Multi-Attach" in the Amazon EBS user guide. */
    public static final int MOST = 16;

    /** Nobody. */
    public static final Grants NOBODY = new Grants(Collections.emptySortedSet(), false);

    /** Those that are served. */
    public Grants(SortedSet<String> names, boolean shared) {
        this(names, shared, false);
    }

    /** Keeps its own copy. Throws {@link IllegalArgumentException} when there are too many. */
    public Grants {
        names = Collections.unmodifiableSortedSet(new TreeSet<>(names));
        if (names.size() > (shared ? MOST : 1)) {
            throw new IllegalArgumentException(
                    shared ? "at most " + MOST + " may have a volume open" : "one at most may have this volume open");
        }
        if (direct && names.size() != 1) {
            throw new IllegalArgumentException("one alone opens a volume where its bytes are");
        }
    }

    /** The one who may. */
    public static Grants alone(String name) {
        return new Grants(new TreeSet<>(Set.of(name)), false);
    }

    /** The one who may, and opens the volume where its bytes are. */
    public static Grants direct(String name) {
        return new Grants(new TreeSet<>(Set.of(name)), false, true);
    }

    /** Those who may together. */
    public static Grants shared(Set<String> names) {
        return new Grants(new TreeSet<>(names), true);
    }

    /** Whether nobody may. */
    public boolean isEmpty() {
        return names.isEmpty();
    }

    /** How many connections a storage daemon takes: no more than it has to, and never more later than when it was started. */
    int connections() {
        return shared ? MOST : 1;
    }

    @Override
    public String toString() {
        return names.size() + (shared ? " together" : " alone");
    }
}
