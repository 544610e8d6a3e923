package io.coppice.node.network.vpc;

import io.coppice.node.command.CommandRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A VPC's resolver, and its guests' way to this host's metadata service, in a namespace of their own: for engines whose routers are not
 * namespaces. One cable leads to the VPC's router, which sends here what is for {@link #ADDRESSES}; the other to the metadata
 * service, as {@link Cables} has it. Not thread-safe.
 */
public final class ServiceSpace {
    /** What the VPC's router sends here, besides the resolver's address in the VPC. */
    public static final List<String> ADDRESSES = List.of(VpcView.METADATA_ADDRESS, VpcView.LINK_RESOLVER);

    /** The VPC's router, as it is called here. */
    public static final String ROUTER = "169.254.169.1/24";

    /** The resolver, as the VPC's router calls it. */
    public static final String RESOLVER = VpcView.LINK_RESOLVER;

    private static final int HOST_PREFIX = 32;
    private static final String EVERYWHERE = "default";

    private final String vpcId;
    private final VpcSettings settings;
    private final Namespace host;
    private final Namespace inside;
    private final NameDaemon names;

    // What is there as far as this process knows; null when it must be looked at.
    private @Nullable Plan plan;
    private @Nullable Ruleset rules;
    private String shown = "";

    /**
     * The services of one VPC on one host.
     *
     * @param folder keeps the resolver's files
     */
    public ServiceSpace(String vpcId, VpcSettings settings, CommandRunner commands, Path folder) {
        this.vpcId = vpcId;
        this.settings = settings;
        this.host = Namespace.host(commands, settings.hostNamespace());
        this.inside = Namespace.named(commands, VpcOnHost.nameOf(settings, vpcId));
        this.names = new NameDaemon(inside, folder);
    }

    /** The hardware address of the VPC's services, on every host the same. */
    public static String mac(String vpcId) {
        return VpcSettings.macOf("services " + vpcId);
    }

    /** The host's end of the cable to the VPC's router. */
    public String device() {
        return settings.pairDevice('s', vpcId);
    }

    /** Has the next {@link #bringUp} look at what is there; rules are loaded when somebody changed them. */
    public void look() throws IOException {
        plan = null;
        if (rules != null && !(inside.exists() && show().equals(shown))) {
            rules = null;
        }
    }

    private void forget() {
        plan = null;
        rules = null;
    }

    private String show() throws IOException {
        return inside.execute("nft", "-s", "list", "table", VpcRules.FAMILY, VpcRules.TABLE)
                .output();
    }

    /**
     * Makes everything what is known of the VPC.
     *
     * @param mtu bytes of a guest's packet
     */
    public void bringUp(VpcState state, int mtu) throws IOException {
        var view = state.view(inside.name(), mtu).orElseThrow(() -> new IOException(vpcId + " is not known"));
        if (inside.ensure()) {
            forget();
        }
        inside.sysctl(RouterKernel.of(view));
        var ruleset = rules(view);
        var changes = ruleset.changesFrom(rules);
        if (!changes.isEmpty()) {
            inside.nft(changes);
            shown = show();
        }
        rules = ruleset;
        var isNew = plan == null;
        var present = plan == null ? Observation.read(inside).plan() : plan;
        plan = null;
        var wanted = plan(view);
        wanted.carryOut(present, isNew, host, inside);
        // A switch outside the kernel sends frames on as they are: nobody fills in checksums later. Others do not mind.
        inside.execute("ethtool", "-K", VpcView.SERVICES, "tx", "off");
        plan = wanted;
        if (isNew) {
            names.forget();
        }
        names.write(view);
        names.serve();
    }

    private Plan plan(VpcView view) {
        var all = new Plan();
        var device = VpcView.SERVICES;
        all.add(Setting.pair(device, mac(vpcId), device(), VpcSettings.macOf("services host " + vpcId), inside.name()));
        all.add(Setting.onHost("services", "link set dev %s mtu %d up".formatted(device(), view.mtu())));
        all.add(Setting.up(device, view.mtu()));
        all.add(Setting.address(device, view.resolver(), HOST_PREFIX));
        ADDRESSES.forEach(address -> all.add(Setting.address(device, address, HOST_PREFIX)));
        all.add(Setting.rule(Routing.LOCAL_PRIORITY, "", Setting.LOCAL_TABLE));
        var router = ROUTER.substring(0, ROUTER.indexOf('/'));
        view.vpc()
                .getCidrBlocksList()
                .forEach(range -> all.add(
                        Setting.route(Setting.LOCAL_TABLE, Cidr.parse(range).toString(), router, device)));
        all.add(Setting.route(Routing.MAIN_TABLE, EVERYWHERE, settings.metadataAddress(), VpcView.METADATA));
        Cables.planMetadata(view, all);
        return all;
    }

    private Ruleset rules(VpcView view) {
        var numbers = new LinkedHashMap<String, String>();
        var hops = new LinkedHashMap<String, String>();
        var rules = Ruleset.builder(VpcRules.FAMILY, VpcRules.TABLE);
        for (var local : view.locals()) {
            // The VPC's router is one more hop.
            var limit = local.reach().hops() + 1;
            rules.chain("hops_" + limit, List.of("ip ttl set %d accept".formatted(limit)));
            for (var address : local.addresses()) {
                numbers.put(address, local.number(address));
                hops.put(address, "goto hops_" + limit);
            }
        }
        rules.map("numbers", "ipv4_addr : ipv4_addr", numbers);
        rules.map("hops", "ipv4_addr : verdict", hops);
        rules.set("resolvers", "ipv4_addr", List.of(view.resolver(), VpcView.LINK_RESOLVER));
        chains().forEach((hook, lines) ->
                rules.baseChain(hook.split(" ")[0], hook.substring(hook.indexOf(' ') + 1), lines));
        return rules.build();
    }

    /** By name, type and hook of each chain. */
    private Map<String, List<String>> chains() {
        var service = settings.metadataAddress();
        return Map.of(
                "answering type filter hook input priority 0; policy drop",
                List.of(
                        "iifname \"lo\" accept",
                        "ct state established,related accept",
                        "iifname \"b0\" ip daddr @resolvers udp dport 53 accept",
                        "iifname \"b0\" ip daddr @resolvers tcp dport 53 accept"),
                "through type filter hook forward priority 0; policy drop",
                List.of(
                        "iifname \"md0\" oifname \"b0\" ct state established ip daddr vmap @hops",
                        "iifname \"b0\" oifname \"md0\" ip daddr %s ct status dnat accept".formatted(service)),
                "translate_destination type nat hook prerouting priority dstnat; policy accept",
                List.of("iifname \"b0\" ip daddr %s tcp dport 80 dnat ip to %s:%d"
                        .formatted(VpcView.METADATA_ADDRESS, service, settings.metadataPort())),
                "translate_source type nat hook postrouting priority srcnat; policy accept",
                List.of("oifname \"md0\" snat ip to ip saddr map @numbers"));
    }

    /** Takes everything back. */
    public void takeDown() throws IOException {
        names.stop();
        if (inside.exists()) {
            new Plan().carryOut(Observation.read(inside).plan(), false, host, inside);
            inside.remove();
        }
        forget();
    }

    /** Removes namespaces of this host's whose VPCs are not known. */
    public static void removeStrangers(VpcSettings settings, CommandRunner commands, List<String> known)
            throws IOException {
        var names = known.stream().map(vpc -> VpcOnHost.nameOf(settings, vpc)).toList();
        for (var name : Namespace.named(settings.bridge() + "-vpc-")) {
            if (!names.contains(name)) {
                Namespace.named(commands, name).remove();
            }
        }
    }
}
