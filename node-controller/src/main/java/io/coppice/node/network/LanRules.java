package io.coppice.node.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.coppice.node.command.CommandRunner;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The packet rules of a host whose guests get their addresses from the site's own DHCP server: the kernel notes in a set what
 * that server has granted to which device (DHCPACK, RFC 2131), and a guest may send with what was granted to it and
 * nothing else. So what is learned needs no program that listens, and no guest can make it up. Tables of others are never touched.
 * Source: nft(8). Not thread-safe.
 */
final class LanRules {
    private static final Logger LOG = Logger.getLogger(LanRules.class);
    private static final long MAC_BITS = 48;

    private final NetworkSettings settings;
    private final CommandRunner commands;
    /** What the kernel showed when all was right, null after a change. */
    private @Nullable String shown;

    LanRules(NetworkSettings settings, CommandRunner commands) {
        this.settings = settings;
        this.commands = commands;
    }

    /** Replaces both tables in one transaction. What guests were granted is in the bindings. */
    void replaceAll(List<Binding> bindings, String bridgeMac) throws IOException {
        shown = null;
        load(render(bindings, bridgeMac));
    }

    /** Puts the tables right when they differ from what they should be, apart from what the kernel has noted. */
    void repair(List<Binding> bindings, String bridgeMac) throws IOException {
        if (shown != null && shown.equals(show())) {
            return;
        }
        if (shown != null) {
            LOG.warnf("the packet rules of %s were changed by somebody: putting them right", settings.bridge());
        }
        load(render(bindings, bridgeMac));
        shown = show();
    }

    void remove() throws IOException {
        load(emptied());
    }

    /**
     * What was granted last to each of these bindings, by the device's name; without those that were granted nothing since the
     * rules were made. Empty when the set is not there: {@link #repair} makes it.
     */
    Map<String, String> granted(List<Binding> bindings) throws IOException {
        var result = commands.execute("", "nft", "-j", "list", "set", "bridge", settings.bridge(), "grants");
        if (!result.succeeded()) {
            return Map.of();
        }
        var macs = bindings.stream().collect(Collectors.toMap(Binding::tap, binding -> number(binding.mac())));
        var newest = new HashMap<String, Grant>();
        for (var item : JsonMapper.builder().build().readTree(result.output()).path("nftables")) {
            for (var element : item.path("set").path("elem")) {
                var grant = Grant.of(element.path("elem"));
                if (macs.getOrDefault(grant.tap(), -1L) == grant.mac()) {
                    newest.merge(grant.tap(), grant, Grant::later);
                }
            }
        }
        return newest.values().stream().collect(Collectors.toMap(Grant::tap, grant -> Ipv4Range.text(grant.address())));
    }

    /** An element of the set; the one that is kept longest was noted last. */
    private record Grant(String tap, long mac, long address, long expires) {
        static Grant of(JsonNode element) {
            var concatenated = element.path("val").path("concat");
            return new Grant(
                    concatenated.path(0).asText(),
                    concatenated.path(1).asLong(),
                    concatenated.path(2).asLong(),
                    element.path("expires").asLong());
        }

        Grant later(Grant other) {
            return Comparator.comparingLong(Grant::expires).compare(this, other) >= 0 ? this : other;
        }
    }

    private void load(String script) throws IOException {
        commands.runWithInput(script, "nft", "-f", "-");
    }

    /** Without the elements of sets, which the kernel changes too; and those of the one set that only we change. */
    private String show() throws IOException {
        var table = settings.bridge();
        return listed("nft", "-s", "-t", "list", "table", "inet", table)
                + listed("nft", "-s", "-t", "list", "table", "bridge", table)
                + listed("nft", "-s", "list", "set", "bridge", table, "senders");
    }

    private String listed(String... command) throws IOException {
        var result = commands.execute("", command);
        return result.succeeded() ? result.output() : "nothing: " + String.join(" ", command);
    }

    private String emptied() {
        return """
                add table inet %1$s
                delete table inet %1$s
                add table bridge %1$s
                delete table bridge %1$s
                """.formatted(settings.bridge());
    }

    String render(List<Binding> bindings, String bridgeMac) {
        var script = new StringBuilder(emptied());
        script.append(wayToMetadata());
        script.append(guard(bridgeMac));
        for (var binding : bindings) {
            var table = settings.bridge();
            script.append("add element bridge %s taps { \"%s\" }\n".formatted(table, binding.tap()));
            script.append(
                    "add element bridge %s senders { \"%s\" . %s }\n".formatted(table, binding.tap(), binding.mac()));
            if (!binding.address().isEmpty()) {
                script.append("add element bridge %s grants { \"%s\" . 0x%012x . 0x%08x }\n"
                        .formatted(table, binding.tap(), number(binding.mac()), Ipv4Range.number(binding.address())));
            }
        }
        return script.toString();
    }

    private String wayToMetadata() {
        return """
                table inet %1$s {
                  chain prerouting {
                    type nat hook prerouting priority dstnat; policy accept;
                    iifname "%1$s" ip daddr 169.254.169.254 tcp dport 80 dnat ip to %2$s:%3$d
                  }
                }
                """.formatted(settings.bridge(), settings.hostAddress(), settings.metadataPort());
    }

    /**
     * In a DHCP message behind the UDP header: client's hardware address at byte 28, granted address at 16, and the first option,
     * which says that it is an acknowledgement, at 240. The set is of such raw bytes, so that it is asked with raw bytes, too:
     * the sender's addresses of ARP at 8 and 14, the source address of IPv4 at 12, that of the frame at 6.
     */
    private String guard(String bridgeMac) {
        return """
                table bridge %1$s {
                  set taps { type ifname; }
                  set senders { type ifname . ether_addr; }
                  set grants { typeof iifname . @th,288,48 . @th,192,32; flags dynamic,timeout; size 65536; timeout 8d; }
                  chain prerouting {
                    type filter hook prerouting priority -250; policy accept;
                    iifname @taps jump from_guest
                    iifname "%2$s" ip daddr 169.254.169.254 drop
                    iifname "%2$s" ip daddr %3$s tcp dport %4$d drop
                  }
                  chain from_guest {
                    iifname . ether saddr != @senders drop
                    ether type arp iifname . arp saddr ether != @senders drop
                    ether type arp arp saddr ip 0.0.0.0 accept
                    ether type arp iifname . @nh,64,48 . @nh,112,32 @grants accept
                    ether type ip udp sport 67 drop
                    ether type ip ip saddr 0.0.0.0 udp sport 68 udp dport 67 accept
                    ether type ip iifname . @ll,48,48 . @nh,96,32 @grants accept
                    drop
                  }
                  chain to_metadata {
                    type filter hook prerouting priority -240; policy accept;
                    iifname @taps ip daddr 169.254.169.254 tcp dport 80 ether daddr set %5$s meta pkttype set unicast
                  }
                  chain postrouting {
                    type filter hook postrouting priority -250; policy accept;
                    oifname @taps udp sport 67 udp dport 68 @th,1984,24 0x350105 update @grants { oifname . @th,288,48 . @th,192,32 }
                  }
                }
                """.formatted(
                        settings.bridge(),
                        settings.uplink().orElseThrow(),
                        settings.hostAddress(),
                        settings.metadataPort(),
                        bridgeMac);
    }

    private static long number(String mac) {
        var number = Long.parseLong(mac.replace(":", ""), 16);
        if (number >> MAC_BITS != 0) {
            throw new IllegalArgumentException("\"" + mac + "\" is not a MAC address");
        }
        return number;
    }
}
