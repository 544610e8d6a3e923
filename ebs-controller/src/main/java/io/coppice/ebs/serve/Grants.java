package io.coppice.ebs.serve;

import io.coppice.foundation.id.NodeId;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who may have a volume open: an export's name for each attachment, and the host that it is for. Immutable. Must not be logged:
 * who knows a name can write.
 *
 * @param names of the exports, at most {@link #MOST}; empty: nobody
 * @param shared whether several may have it open at a time; otherwise there is one name at most
 * @param hosts the one host that each of these names is for; a name that is not here is good for every host of the cloud
 * @param direct whether the one who may opens the volume where its bytes are, if the backend knows how, and nothing serves it
 */
public record Grants(SortedSet<String> names, boolean shared, SortedMap<String, NodeId> hosts, boolean direct) {
    /** How many may have a volume open at a time. Source: "Multi-Attach" in the Amazon EBS user guide. */
    public static final int MOST = 16;

    /** Nobody. */
    public static final Grants NOBODY = new Grants(Set.of(), false, Map.of());

    /** Keeps its own copy. Throws {@link IllegalArgumentException} when there are too many, or a host for a name that there is not. */
    public Grants {
        names = Collections.unmodifiableSortedSet(new TreeSet<>(names));
        hosts = Collections.unmodifiableSortedMap(new TreeMap<>(hosts));
        if (names.size() > (shared ? MOST : 1)) {
            throw new IllegalArgumentException(
                    shared ? "at most " + MOST + " may have a volume open" : "one at most may have this volume open");
        }
        if (!names.containsAll(hosts.keySet())) {
            throw new IllegalArgumentException("a host is named for an export that there is not");
        }
        if (direct && names.size() != 1) {
            throw new IllegalArgumentException("one alone opens a volume where its bytes are");
        }
    }

    private Grants(Set<String> names, boolean shared, Map<String, NodeId> hosts) {
        this(new TreeSet<>(names), shared, new TreeMap<>(hosts), false);
    }

    /** The one who may. */
    public static Grants alone(String name) {
        return new Grants(Set.of(name), false, Map.of());
    }

    /** The one who may, and opens the volume where its bytes are. */
    public static Grants direct(String name) {
        return new Grants(new TreeSet<>(Set.of(name)), false, Collections.emptySortedMap(), true);
    }

    /** Those who may together. */
    public static Grants shared(Set<String> names) {
        return new Grants(names, true, Map.of());
    }

    /** The same, each of these names from this host only. */
    public Grants on(Map<String, NodeId> hosts) {
        return new Grants(names, shared, new TreeMap<>(hosts), direct);
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
