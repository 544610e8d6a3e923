package io.coppice.node.network.vpc;

import io.coppice.node.network.ovn.OvnSettings;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.EndpointLocation;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.Subnet;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Several hosts on this machine, joined by one network, with a public network beside it behind whose gateway lies "the internet".
 * Where guests' frames do not travel in tunnels, a third network is the site's wire between the hosts.
 * It also stands for the Cluster Controller: it tells every host what it must know. Names are random; all is removed at the end.
 */
final class NetworkLab implements AutoCloseable {
    /** A machine somewhere in the internet. */
    static final String INTERNET = "203.0.113.5";

    /** As {@link #INTERNET}, in IPv6. */
    static final String INTERNET_IPV6 = "2001:db8:5::5";

    /** A host's device that leads to the site's wire. */
    static final String TRUNK = "seg0";

    static final String PUBLIC_GATEWAY = "198.18.0.1";
    private static final String PUBLIC_IPV6_GATEWAY = "fe80::c0de";
    /** What the router of the public network looks for on it. */
    private static final String IPV6_POOL = "fdc0:bb1c::/32";
    /** Where hosts resolve names, beside them. */
    private static final String HOSTS_RESOLVER = "172.30.0.254";

    private static final Cidr LINKS = Cidr.parse("169.254.64.0/18");
    private static final Cidr PUBLIC = Cidr.parse("198.18.0.0/16");
    private static final int METADATA_PORT = 8780;
    private static final int VXLAN_PORT = 4789;

    private final String suffix = "%05x".formatted(ThreadLocalRandom.current().nextInt(1 << 20));
    private final Path folder;
    private final Space fabric;
    private final Space internet;
    private final Trunk.Kind kind;
    private final Optional<OvnSite> ovn;
    private final Space site;
    private final List<LabHost> hosts = new ArrayList<>();
    private final List<OpenSwitch> switches = new ArrayList<>();
    private final List<LabGuest> guests = new ArrayList<>();
    private final List<Space> beyond = new ArrayList<>();
    private final Map<String, Vpc> vpcs = new HashMap<>();
    private final Map<String, Long> sequences = new HashMap<>();
    private int guestNumber;

    NetworkLab(Path folder) throws IOException {
        this(folder, Trunk.Kind.TUNNELS);
    }

    /** Hosts that are joined in this way. */
    NetworkLab(Path folder, Trunk.Kind kind) throws IOException {
        this(folder, kind, Optional.empty());
    }

    /** Hosts whose engine is OVN. */
    static NetworkLab onOvn(Path folder) throws IOException {
        return new NetworkLab(folder, Trunk.Kind.TUNNELS, Optional.of(OvnSite.start(folder.resolve("ovn"))));
    }

    private NetworkLab(Path folder, Trunk.Kind kind, Optional<OvnSite> ovn) throws IOException {
        this.folder = folder;
        this.kind = kind;
        this.ovn = ovn;
        this.site = new Space("cpt%s-site".formatted(suffix));
        this.fabric = new Space("cpt%s-fabric".formatted(suffix));
        this.internet = new Space("cpt%s-internet".formatted(suffix));
        for (var space : List.of(fabric, internet, site)) {
            space.ip("link", "add", "br0", "type", "bridge");
            space.ip("link", "set", "dev", "br0", "up");
        }
        Files.writeString(folder.resolve("resolv.conf"), "nameserver 127.0.0.53\nnameserver " + HOSTS_RESOLVER + "\n");
        fabric.ip("addr", "add", HOSTS_RESOLVER + "/24", "dev", "br0");
        if (ovn.isPresent()) {
            for (var space : List.of(internet, fabric)) {
                space.run("ethtool", "-K", "br0", "tx", "off");
            }
        }
        internet.ip("addr", "add", PUBLIC_GATEWAY + "/16", "dev", "br0");
        internet.ip("addr", "add", INTERNET + "/32", "dev", "lo");
        internet.ip("addr", "add", PUBLIC_IPV6_GATEWAY + "/64", "dev", "br0", "nodad");
        internet.ip("addr", "add", INTERNET_IPV6 + "/128", "dev", "lo", "nodad");
        internet.ip("-6", "route", "add", IPV6_POOL, "dev", "br0", "src", INTERNET_IPV6);
    }

    /** Why nothing of this can run here, empty when it can. */
    static List<String> missing() {
        var missing = new ArrayList<String>();
        if (!"root".equals(System.getProperty("user.name"))) {
            missing.add("not root");
        }
        for (var program : List.of("/usr/sbin/nft", "/usr/sbin/dnsmasq", "/usr/sbin/conntrack", "/usr/bin/nsenter")) {
            if (!Files.isExecutable(Path.of(program))) {
                missing.add(program + " is not installed");
            }
        }
        return missing;
    }

    /** One more host. */
    LabHost addHost() throws IOException {
        return addHost("node-" + (hosts.size() + 1), PublicAccess.HERE);
    }

    /** One more host, with this id. */
    LabHost addHost(String nodeId) throws IOException {
        return addHost(nodeId, PublicAccess.HERE);
    }

    /** One more host, which is the gateway of its own guests. */
    LabHost addGatewayHost() throws IOException {
        return addHost("node-" + (hosts.size() + 1), PublicAccess.OWN);
    }

    /** One more host, with this id, which has a cable to the public network if it reaches it by itself. */
    LabHost addHost(String nodeId, PublicAccess access) throws IOException {
        var number = hosts.size() + 1;
        var space = new Space("cpt%s-h%d".formatted(suffix, number));
        cable(space, "fab0", fabric);
        if (access == PublicAccess.HERE) {
            cable(space, "pub0", internet);
        }
        var home = folder.resolve("host-" + number);
        var settings = settings(nodeId, access, space, home);
        var host = new LabHost(space, settings, home, joined(space, nodeId, number));
        hosts.add(host);
        return host;
    }

    private Optional<OvnSettings> joined(Space space, String nodeId, int number) throws IOException {
        var address = "172.30.0.%d/24".formatted(number);
        if (ovn.isEmpty()) {
            space.ip("addr", "add", address, "dev", "fab0");
            return Optional.empty();
        }
        return Optional.of(ovn.get().join(space, nodeId, "fab0", "pub0", address));
    }

    private VpcSettings settings(String nodeId, PublicAccess access, Space space, Path home) throws IOException {
        var number = hosts.size() + 1;
        return new VpcSettings(
                nodeId,
                Optional.of(space.name()),
                "t%sh%d".formatted(suffix, number),
                access == PublicAccess.HERE ? Optional.of("pub0") : Optional.empty(),
                access,
                PUBLIC,
                PUBLIC_GATEWAY,
                Optional.of(PUBLIC_IPV6_GATEWAY),
                "172.30.0." + number,
                VXLAN_PORT,
                LINKS,
                METADATA_PORT,
                trunk(space, home),
                folder.resolve("resolv.conf"));
    }

    /** The host's way to the site's wire. */
    private Trunk trunk(Space space, Path home) throws IOException {
        if (kind == Trunk.Kind.TUNNELS) {
            return Trunk.TUNNELS;
        }
        cable(space, TRUNK, site);
        if (kind == Trunk.Kind.LAN) {
            return new Trunk(kind, Optional.of(TRUNK), "", "");
        }
        // Beside the host's folder, whose content the engine knows.
        var open = OpenSwitch.start(space, home.resolveSibling(home.getFileName() + "-switch"));
        switches.add(open);
        return new Trunk(kind, Optional.of(TRUNK), open.database(), "netdev");
    }

    /** The site's wire, where somebody else may be. */
    Space site() {
        return site;
    }

    private static void cable(Space space, String device, Space other) throws IOException {
        var port = "p" + Integer.toHexString(ThreadLocalRandom.current().nextInt(1 << 28));
        Space.must(
                "ip",
                "link",
                "add",
                device,
                "netns",
                space.name(),
                "type",
                "veth",
                "peer",
                "name",
                port,
                "netns",
                other.name());
        space.ip("link", "set", "dev", device, "up");
        other.ip("link", "set", "dev", port, "master", "br0", "up");
    }

    /** A machine behind {@link #internet}, which routes to it by a cable that carries no packets larger than {@code mtu}. */
    Space beyond(String address, int mtu) throws IOException {
        var space = new Space("cpt%s-far".formatted(suffix));
        beyond.add(space);
        var size = Integer.toString(mtu);
        Space.must(
                "ip",
                "link",
                "add",
                "far0",
                "mtu",
                size,
                "netns",
                space.name(),
                "type",
                "veth",
                "peer",
                "name",
                "far0",
                "mtu",
                size,
                "netns",
                internet.name());
        internet.ip("addr", "add", "192.0.2.1/30", "dev", "far0");
        internet.ip("link", "set", "dev", "far0", "up");
        internet.ip("route", "add", address, "via", "192.0.2.2");
        internet.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
        space.ip("addr", "add", "192.0.2.2/30", "dev", "far0");
        space.ip("addr", "add", address, "dev", "lo");
        space.ip("link", "set", "dev", "far0", "up");
        space.ip("route", "add", "default", "via", "192.0.2.1");
        return space;
    }

    /** A guest of a host, without addresses of its own until it is configured. */
    LabGuest addGuest(String label, LabHost host, NetworkEndpoint endpoint) throws IOException {
        var guest = new LabGuest(label, "cpt%s-g%d".formatted(suffix, ++guestNumber), host, endpoint);
        guests.add(guest);
        return guest;
    }

    void removeGuest(LabGuest guest) throws IOException {
        guest.host().engine().release(guest.instance());
        guest.close();
        guests.remove(guest);
    }

    /** Tells every host the VPC as it is now. */
    void tell(Vpc.Builder vpc) throws IOException {
        var before = vpcs.get(vpc.getVpcId());
        var now = vpc.setGeneration(before == null ? 1 : before.getGeneration() + 1)
                .build();
        vpcs.put(now.getVpcId(), now);
        for (var host : hosts) {
            host.engine().apply(now);
        }
    }

    /** Tells every host where all interfaces of the VPC are; {@code others} are not guests of the lab. */
    void tellLocations(String vpcId, EndpointLocation... others) throws IOException {
        var sequence = sequences.merge(vpcId, 1L, Long::sum);
        var update = EndpointUpdate.newBuilder()
                .setVpcId(vpcId)
                .setSequence(sequence)
                .setFull(true);
        guests.stream()
                .filter(guest -> guest.endpoint().getVpcId().equals(vpcId))
                .forEach(guest -> update.addPresent(guest.host().location(guest.endpoint())));
        update.addAllPresent(List.of(others));
        for (var host : hosts) {
            host.engine().apply(update.build());
        }
    }

    /** An endpoint in a subnet of a VPC that was told; its ids and names are made from its address. */
    static NetworkEndpoint.Builder endpoint(Vpc vpc, Subnet subnet, String address, String... groups) {
        var id = VpcSettings.digest(vpc.getVpcId() + address).substring(0, 17);
        return NetworkEndpoint.newBuilder()
                .setNetworkInterfaceId("eni-" + id)
                .setMac("02:" + VpcSettings.macOf(id).substring(3))
                .setPrivateIpv4(address)
                .setSubnetId(subnet.getSubnetId())
                .setSubnetCidrBlock(subnet.getCidrBlock())
                .setVpcId(vpc.getVpcId())
                .addAllVpcCidrBlocks(vpc.getCidrBlocksList())
                .addAllSecurityGroupIds(List.of(groups))
                .setPrivateDnsName("ip-%s.us-east-1.internal".formatted(address.replace('.', '-')))
                .setSourceDestCheck(true);
    }

    /** Has the hosts' own resolver know one name; it ends with the lab. */
    void resolve(String name, String address) throws IOException {
        fabric.run(
                "dnsmasq",
                "--conf-file=/dev/null",
                "--no-resolv",
                "--no-hosts",
                "--user=root",
                "--pid-file=" + folder.resolve("resolver.pid"),
                "--address=/%s/%s".formatted(name, address));
    }

    /** The site's OVN, where hosts have it. */
    OvnSite ovn() {
        return ovn.orElseThrow();
    }

    Space internet() {
        return internet;
    }

    List<LabHost> hosts() {
        return List.copyOf(hosts);
    }

    @Override
    public void close() throws IOException {
        for (var guest : guests) {
            guest.close();
        }
        for (var host : hosts) {
            host.close();
        }
        for (var open : switches) {
            open.close();
        }
        if (ovn.isPresent()) {
            ovn.get().close();
        }
        var resolver = folder.resolve("resolver.pid");
        if (Files.exists(resolver)) {
            ProcessHandle.of(Long.parseLong(Files.readString(resolver).strip())).ifPresent(ProcessHandle::destroy);
        }
        for (var space : beyond) {
            space.close();
        }
        internet.close();
        fabric.close();
        site.close();
    }
}
