package io.coppice.node.network.vpc;

/**
 * One thing that the kernel keeps in a VPC's namespace and that a line of ip(8) or bridge(8) makes or removes. What should be
 * and what is are both sets of these, so that their difference is the work to do. Those that every interface
 * has are put together without formats: a host makes thousands of them with each change.
 *
 * @param id what cannot be there twice
 * @param value what the thing with this id is set to
 * @param add the line that makes it so, replacing another value unless its kind says otherwise
 * @param remove the line that removes it, empty when it goes with something else
 */
record Setting(Kind kind, String id, String value, String add, String remove) {
    /** In the order of making; removal goes the other way round. */
    enum Kind {
        /** Made in the host's namespace, where the way to other hosts is, and put into the VPC's at once. */
        LINK_FROM_HOST,
        LINK,
        PORT,
        UP,
        ADDRESS,
        PORT_FLAGS,
        FORWARDING,
        /** How fast a device may send; carried out by tc(8). */
        SHAPE,
        NEIGHBOUR,
        ROUTE,
        ROUTE_RULE,
        /** As the one before, for IPv6: the program must be told. */
        ROUTE_RULE_IPV6,
        /** A parameter of the kernel in the host's namespace, of a device that was just made; carried out by sysctl(8). */
        HOST_KERNEL,
        /** In the host's namespace; safe to repeat, and repeated by every repair. */
        HOST,
        /** As the one before, behind it; carried out by ovs-vsctl(8). */
        SWITCH;

        /** Whether it is repeated by every repair, which does not look for it. */
        boolean isOfHost() {
            return this == HOST || this == HOST_KERNEL || this == SWITCH;
        }
    }

    static final int LOCAL_TABLE = 100;

    /** A segment's bridge, which is also the router's interface in it. */
    static Setting bridge(String name, String mac) {
        return new Setting(
                Kind.LINK,
                "link " + name,
                mac,
                "link add name %s address %s type bridge mcast_snooping 0".formatted(name, mac),
                "link delete dev " + name);
    }

    /** A segment's tunnel to other hosts. It learns nothing and floods nothing. */
    static Setting tunnel(String name, String namespace, int vni, String local, int port) {
        return new Setting(
                Kind.LINK_FROM_HOST,
                "link " + name,
                "%d %s %d".formatted(vni, local, port),
                "link add %s netns %s type vxlan id %d dstport %d local %s nolearning"
                        .formatted(name, namespace, vni, port, local),
                "link delete dev " + name);
    }

    /** A cable to the host. */
    static Setting pair(String name, String mac, String hostName, String hostMac, String namespace) {
        return new Setting(
                Kind.LINK_FROM_HOST,
                "link " + name,
                mac,
                "link add %s address %s type veth peer name %s address %s netns %s"
                        .formatted(hostName, hostMac, name, mac, namespace),
                "link delete dev " + name);
    }

    static Setting port(String device, String bridge) {
        return new Setting(
                Kind.PORT,
                "port " + device,
                bridge,
                "link set dev %s master %s".formatted(device, bridge),
                "link set dev %s nomaster".formatted(device));
    }

    static Setting up(String device, int mtu) {
        return new Setting(
                Kind.UP, "up " + device, Integer.toString(mtu), "link set dev %s mtu %d up".formatted(device, mtu), "");
    }

    static Setting address(String device, String address, int prefixLength) {
        return new Setting(
                Kind.ADDRESS,
                "address " + device + " " + address,
                Integer.toString(prefixLength),
                "addr replace " + address + "/" + prefixLength + " dev " + device,
                "addr delete " + address + "/" + prefixLength + " dev " + device);
    }

    /** An address that is nobody's outside of this host, and never chosen as a packet's source. */
    static Setting hiddenAddress(String device, String address, int prefixLength) {
        var usual = address(device, address, prefixLength);
        return new Setting(usual.kind(), usual.id(), usual.value(), usual.add() + " scope host", usual.remove());
    }

    /** A tunnel's port knows its addresses from us, is spared the questions that the bridge can answer, and floods nothing. */
    static Setting quiet(String device) {
        return flags(device, "quiet", "neigh_suppress on learning off flood off mcast_flood off bcast_flood off");
    }

    /** A guest's port knows its address from us and gets what is for it or for everybody. */
    static Setting served(String device) {
        return flags(device, "served", "neigh_suppress off learning off flood off mcast_flood on bcast_flood on");
    }

    private static Setting flags(String device, String value, String flags) {
        return new Setting(
                Kind.PORT_FLAGS, "flags " + device, value, "link set dev %s %s".formatted(device, flags), "");
    }

    /** The bridge's port behind which the address is. */
    static Setting behind(String mac, String device) {
        return new Setting(
                Kind.FORWARDING,
                "behind " + mac + " " + device,
                "",
                "fdb replace " + mac + " dev " + device + " master static",
                "fdb delete " + mac + " dev " + device + " master");
    }

    /** The host behind which the address is. */
    static Setting carried(String mac, String tunnel, String host) {
        return new Setting(
                Kind.FORWARDING,
                "carried " + mac + " " + tunnel,
                host,
                "fdb replace " + mac + " dev " + tunnel + " dst " + host + " self static",
                "fdb delete " + mac + " dev " + tunnel + " self");
    }

    /**
     * A guest receives no more than this. Source: tc-tbf(8).
     *
     * @param mbit megabits a second, 1 or more
     */
    static Setting shaped(String device, long mbit) {
        return new Setting(
                Kind.SHAPE,
                "shape " + device,
                Long.toString(mbit),
                "qdisc replace dev %s root tbf rate %dmbit burst %d latency 50ms"
                        .formatted(device, mbit, TapGuard.burstBytes(mbit)),
                "qdisc delete dev %s root".formatted(device));
    }

    static Setting neighbour(String device, String address, String mac) {
        return new Setting(
                Kind.NEIGHBOUR,
                "neighbour " + device + " " + address,
                mac,
                "neigh replace " + address + " lladdr " + mac + " dev " + device + " nud permanent",
                "neigh delete " + address + " dev " + device);
    }

    /** A route to a neighbour or through a device. {@code via} may be empty. */
    static Setting route(int table, String destination, String via, String device) {
        var target =
                via.isEmpty() ? "dev %s scope link".formatted(device) : "via %s dev %s onlink".formatted(via, device);
        return route(table, destination, "%s %s".formatted(via, device).strip(), "", target);
    }

    /** A route to nowhere: {@code blackhole} or {@code unreachable}. */
    static Setting dead(int table, String destination, String type) {
        return route(table, destination, type, type + " ", "");
    }

    private static Setting route(int table, String destination, String value, String type, String target) {
        return new Setting(
                Kind.ROUTE,
                "route %d %s".formatted(table, destination),
                value,
                "route replace %s%s table %d %s".formatted(type, destination, table, target),
                "route delete %s%s table %d".formatted(type, destination, table));
    }

    /** Which table decides for packets of a device; an empty device stands for all. */
    static Setting rule(int priority, String device, int table) {
        return rule(priority, device, "", table);
    }

    /** As {@link #rule(int, String, int)}, for packets of one protocol, as ip-rule(8) names it; an empty one stands for all. */
    static Setting rule(int priority, String device, String protocol, int table) {
        var from = (device.isEmpty() ? "" : "iif " + device + " ")
                + (protocol.isEmpty() ? "" : "ipproto " + protocol + " ");
        return new Setting(
                Kind.ROUTE_RULE,
                "rule %d %s%d".formatted(priority, from, table),
                "",
                "rule add pref %d %slookup %d".formatted(priority, from, table),
                "rule delete pref %d %slookup %d".formatted(priority, from, table));
    }

    /** Something in the host's namespace that goes with the namespace's end of a cable. */
    static Setting onHost(String id, String add) {
        return new Setting(Kind.HOST, "host " + id, add, add, "");
    }

    /** A port of the host's switch, as options and commands of ovs-vsctl(8). */
    static Setting onSwitch(String id, String add, String remove) {
        return new Setting(Kind.SWITCH, "switch " + id, add, add, remove);
    }

    /** A parameter of the kernel, which goes with its device. The parts of its name are parted by slashes. */
    static Setting onHostKernel(String parameter, String value) {
        return new Setting(Kind.HOST_KERNEL, "kernel " + parameter, value, parameter + "=" + value, "");
    }

    /** As {@link #onHost(String, String)}, for what stays when the cable does. */
    static Setting onHost(String id, String add, String remove) {
        return new Setting(Kind.HOST, "host " + id, add, add, remove);
    }
}
