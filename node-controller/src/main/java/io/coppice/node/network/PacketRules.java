package io.coppice.node.network;

import io.coppice.node.command.CommandException;
import io.coppice.node.command.CommandRunner;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The host's packet rules for guests, in two nftables tables named after the bridge: {@code inet} for NAT and the way to
 * the metadata service, {@code bridge} for the spoof guard, which stands before a guest's device exists. Tables of others
 * are never touched. Source: nft(8). Not thread-safe.
 */
final class PacketRules {
    private static final Logger LOG = Logger.getLogger(PacketRules.class);

    private final NetworkSettings settings;
    private final CommandRunner commands;
    /** What the kernel showed when all was right, null after a change. */
    private @Nullable String shown;

    PacketRules(NetworkSettings settings, CommandRunner commands) {
        this.settings = settings;
        this.commands = commands;
    }

    /** Replaces both tables in one transaction; connections go on, for their NAT is the connection tracker's. */
    void replaceAll(List<Binding> bindings) throws IOException {
        shown = null;
        load(render(bindings));
    }

    /** Exchanges some bindings for others; falls back to replacing all when the kernel has not what it should. */
    void exchange(List<Binding> gone, List<Binding> come, List<Binding> all) throws IOException {
        var script = new StringBuilder();
        elements(script, "delete", gone);
        elements(script, "add", come);
        if (script.isEmpty()) {
            return;
        }
        shown = null;
        try {
            load(script.toString());
        } catch (CommandException e) {
            LOG.warnf("the packet rules of %s were changed by somebody: putting them right", settings.bridge());
            load(render(all));
        }
    }

    /** Puts the tables right when they differ from what they should be. */
    void repair(List<Binding> bindings) throws IOException {
        var before = shown;
        if (before != null && before.equals(show())) {
            return;
        }
        if (before != null) {
            LOG.warnf("the packet rules of %s were changed by somebody: putting them right", settings.bridge());
        }
        load(render(bindings));
        shown = show();
    }

    /** Removes both tables. */
    void remove() throws IOException {
        load(emptied());
    }

    private void load(String script) throws IOException {
        commands.runWithInput(script, "nft", "-f", "-");
    }

    /** One call per table: nft 1.0.6 does not find the second of two families in one. */
    private String show() throws IOException {
        var text = new StringBuilder();
        for (var family : List.of("inet", "bridge")) {
            var result = commands.execute("", "nft", "-s", "list", "table", family, settings.bridge());
            text.append(result.succeeded() ? result.output() : "no table of family " + family);
        }
        return text.toString();
    }

    private void elements(StringBuilder script, String verb, List<Binding> bindings) {
        if (bindings.isEmpty()) {
            return;
        }
        var table = settings.bridge();
        script.append("%s element bridge %s taps { %s }\n".formatted(verb, table, taps(bindings)));
        script.append("%s element bridge %s senders { %s }\n".formatted(verb, table, senders(bindings)));
        script.append("%s element bridge %s bindings { %s }\n".formatted(verb, table, pairs(bindings)));
    }

    private static String taps(List<Binding> bindings) {
        return bindings.stream().map(b -> quoted(b.tap())).collect(Collectors.joining(", "));
    }

    private static String senders(List<Binding> bindings) {
        return bindings.stream().map(b -> quoted(b.tap()) + " . " + b.mac()).collect(Collectors.joining(", "));
    }

    private static String pairs(List<Binding> bindings) {
        return bindings.stream()
                .map(b -> quoted(b.tap()) + " . " + b.mac() + " . " + b.address())
                .collect(Collectors.joining(", "));
    }

    private static String quoted(String device) {
        return '"' + device + '"';
    }

    /** Both tables without content: an "add" makes a "delete" safe that must not fail. */
    private String emptied() {
        return """
                add table inet %1$s
                delete table inet %1$s
                add table bridge %1$s
                delete table bridge %1$s
                """.formatted(settings.bridge());
    }

    String render(List<Binding> bindings) {
        var script = new StringBuilder(emptied());
        script.append(addressTranslation());
        script.append(spoofGuard());
        elements(script, "add", bindings);
        return script.toString();
    }

    private String addressTranslation() {
        var masquerade = settings.uplink().isPresent()
                ? ""
                : "ip saddr %1$s ip daddr != %1$s masquerade".formatted(settings.range());
        return """
                table inet %1$s {
                  chain prerouting {
                    type nat hook prerouting priority dstnat; policy accept;
                    iifname "%1$s" ip daddr 169.254.169.254 tcp dport 80 dnat ip to %2$s:%3$d
                  }
                  chain postrouting {
                    type nat hook postrouting priority srcnat; policy accept;
                    %4$s
                  }
                  chain forward {
                    type filter hook forward priority filter; policy accept;
                    iifname "%1$s" ip daddr 169.254.0.0/16 drop
                  }
                }
                """.formatted(settings.bridge(), settings.hostAddress(), settings.metadataPort(), masquerade);
    }

    /** A guest sends from its own addresses only, asks for an address but never gives one, and speaks IPv4 only. */
    private String spoofGuard() {
        return """
                table bridge %1$s {
                  set taps { type ifname; }
                  set senders { type ifname . ether_addr; }
                  set bindings { type ifname . ether_addr . ipv4_addr; }
                  chain prerouting {
                    type filter hook prerouting priority -250; policy accept;
                    iifname @taps jump from_guest
                  }
                  chain from_guest {
                    iifname . ether saddr != @senders drop
                    ether type arp iifname . arp saddr ether != @senders drop
                    ether type arp arp saddr ip 0.0.0.0 accept
                    ether type arp iifname . arp saddr ether . arp saddr ip @bindings accept
                    ether type ip udp sport 67 drop
                    ether type ip ip saddr 0.0.0.0 udp sport 68 udp dport 67 accept
                    ether type ip iifname . ether saddr . ip saddr @bindings accept
                    drop
                  }
                %2$s}
                """.formatted(
                settings.bridge(), settings.uplink().map(this::uplinkGuard).orElse(""));
    }

    /** Every host answers its own guests: neither DHCP nor metadata crosses to the others, or is asked for from there. */
    private String uplinkGuard(String uplink) {
        return """
                  chain from_outside {
                    type filter hook prerouting priority -250; policy accept;
                    iifname "%1$s" ip daddr 169.254.169.254 drop
                    iifname "%1$s" ip daddr %2$s tcp dport %3$d drop
                  }
                  chain forward {
                    type filter hook forward priority -250; policy accept;
                    oifname "%1$s" jump across
                    iifname "%1$s" jump across
                  }
                  chain across {
                    ether type ip udp dport { 67, 68 } drop
                    ether type ip ip daddr 169.254.169.254 drop
                    ether type arp arp daddr ip 169.254.169.254 drop
                  }
                """.formatted(uplink, settings.hostAddress(), settings.metadataPort());
    }
}
