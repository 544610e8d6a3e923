package io.coppice.ebs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.pki.PeerKind;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

/**
 * Which hosts a storage daemon with TLS lets in, as the rules of its {@code authz-list}: the names of their certificates. One list
 * is for all exports of a daemon. Immutable. Source: authz-list in qemu-storage-daemon(1) and qemu-storage-daemon-qmp-ref(7).
 *
 * @param hosts their ids; empty: every host of the cloud
 */
record Admission(SortedSet<String> hosts) {
    /** Whoever shows the certificate of a host of this cloud. */
    static final Admission EVERY_HOST = new Admission(Collections.emptySortedSet());

    private static final String KIND = "OU=" + PeerKind.NODE.text();
    private static final String EXACT = "exact";

    /** Keeps its own copy. */
    Admission {
        hosts = Collections.unmodifiableSortedSet(new TreeSet<>(hosts));
    }

    /** Those who have one of these names; as long as one of them is good for every host, all. */
    static Admission of(Grants grants) {
        return grants.hosts().size() < grants.names().size()
                ? EVERY_HOST
                : new Admission(new TreeSet<>(
                        grants.hosts().values().stream().map(NodeId::value).toList()));
    }

    /** What {@link #rules} made, read back. */
    static Admission in(JsonNode rules) {
        var certificates = StreamSupport.stream(rules.spliterator(), false).toList();
        if (!certificates.stream().allMatch(rule -> rule.path("format").asText().equals(EXACT))) {
            return EVERY_HOST;
        }
        var hosts = new TreeSet<String>();
        for (var rule : certificates) {
            var name = rule.path("match").asText();
            if (name.startsWith(KIND + ",CN=")) {
                hosts.add(name.substring(KIND.length() + ",CN=".length()));
            }
        }
        return new Admission(hosts);
    }

    /** What such a list says, where {@code policy} is to let nobody else in. */
    List<Map<String, Object>> rules() {
        return hosts.isEmpty()
                ? both("*", "glob")
                : hosts.stream().flatMap(host -> both(host, EXACT).stream()).toList();
    }

    /** GnuTLS writes a name's parts in one order or the other, as it was built. */
    private static List<Map<String, Object>> both(String host, String format) {
        return List.of(allow(KIND + ",CN=" + host, format), allow("CN=" + host + "," + KIND, format));
    }

    private static Map<String, Object> allow(String certificate, String format) {
        return Map.of("match", certificate, "policy", "allow", "format", format);
    }

    /** The hosts that are let in here and not there. */
    SortedSet<String> without(Admission there) {
        var left = new TreeSet<String>();
        if (!there.equals(EVERY_HOST)) {
            left.addAll(hosts);
            left.removeAll(there.hosts);
        }
        return left;
    }
}
