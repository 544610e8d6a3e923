package io.coppice.node.network.vpc;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The tunnel that joins the bridges of the public network on this host and on others: VXLAN between the hosts' addresses, with the one
 * number that no subnet has. A host that reaches the public network by itself has many at the other end; one that does not has one at a
 * time, and hears nobody else. Not thread-safe. Source: RFC 7348, ip-link(8), bridge(8), nft(8).
 */
final class PublicSegment {
    private static final int NUMBER = 0;
    private static final int MTU = 1500;
    /** Frames for all, and for those of whom is not known where they are. */
    private static final String EVERYBODY = "00:00:00:00:00:00";

    private final VpcSettings settings;
    private final Namespace host;
    private final boolean leadsOthers;
    /** Of the rules: what was loaded last, and what the kernel made of it. */
    private String loaded = "";

    private @Nullable String shown;
    /** Whether it is known that nothing is there. */
    private boolean isRemoved;

    PublicSegment(VpcSettings settings, Namespace host) {
        this.settings = settings;
        this.host = host;
        this.leadsOthers = settings.publicAccess() == PublicAccess.HERE;
    }

    /** Has the tunnel end at these hosts and no others, and makes what is missing. Safe to repeat. */
    void ensure(Collection<String> ends) throws IOException {
        if (ends.isEmpty()) {
            if (!isRemoved) {
                remove();
            }
            return;
        }
        isRemoved = false;
        var rules = rules(ends);
        var wanted = rules.whole();
        if (!wanted.equals(loaded) || !show().equals(shown)) {
            host.nft(wanted);
            loaded = wanted;
            shown = show();
        }
        plugIn();
        lead(new TreeSet<>(ends));
    }

    private void plugIn() throws IOException {
        var device = settings.publicTunnel();
        if (!isThere()) {
            host.ip("link add %s mtu %d type vxlan id %d dstport %d local %s %s\n"
                    .formatted(
                            device,
                            MTU,
                            NUMBER,
                            settings.vxlanPort(),
                            settings.underlayAddress(),
                            leadsOthers ? "learning" : "nolearning"));
        }
        host.ip("link set dev %s addrgenmode none\nlink set dev %s master %s up\n"
                .formatted(device, device, settings.bridge()));
    }

    private void lead(TreeSet<String> ends) throws IOException {
        var device = settings.publicTunnel();
        var gone = new TreeSet<String>();
        var missing = new TreeSet<>(ends);
        for (var entry : host.askBridge("fdb show dev " + device).getFirst()) {
            var end = entry.path("dst").asText();
            if (entry.path("mac").asText().equals(EVERYBODY) && !missing.remove(end)) {
                gone.add(end);
            }
        }
        var lines = new StringBuilder();
        missing.forEach(end -> lines.append(entry("append", end)));
        gone.forEach(end -> lines.append(entry("del", end)));
        host.bridge(lines.toString());
    }

    private String entry(String action, String end) {
        return "fdb %s %s dev %s dst %s self permanent\n".formatted(action, EVERYBODY, settings.publicTunnel(), end);
    }

    private boolean isThere() throws IOException {
        return host.execute("ip", "link", "show", "dev", settings.publicTunnel())
                .succeeded();
    }

    private String table() {
        return settings.bridge() + "-public";
    }

    /** What comes by the tunnel comes from its ends. */
    private Ruleset rules(Collection<String> ends) {
        return Ruleset.builder("inet", table())
                .set("ends", "ipv4_addr", new TreeSet<>(ends))
                .baseChain(
                        "tunnels_in",
                        "type filter hook prerouting priority -310; policy accept",
                        List.of("udp dport %d @th,96,24 %d ip saddr != @ends drop"
                                .formatted(settings.vxlanPort(), NUMBER)))
                .build();
    }

    private String show() throws IOException {
        return host.execute("nft", "-s", "list", "table", "inet", table()).output();
    }

    /** Takes it back. Does nothing where there is none. */
    void remove() throws IOException {
        if (isThere()) {
            host.ip("link delete dev %s\n".formatted(settings.publicTunnel()));
        }
        host.nft("""
                add table inet %1$s
                delete table inet %1$s
                """.formatted(table()));
        loaded = "";
        shown = null;
        isRemoved = true;
    }
}
