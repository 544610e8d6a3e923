package io.coppice.node.network.vpc;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.Endpoint;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A guest without a machine: a namespace whose one cable ends in the host where a guest's device would be. */
final class LabGuest implements AutoCloseable {
    private static final List<Integer> PROTOCOLS = List.of(Probe.TCP, Probe.UDP, Probe.ICMP, Probe.GRE);
    private static final List<Integer> IPV6_PROTOCOLS = List.of(Probe.TCP, Probe.UDP, Probe.ICMPV6);
    private static final int LISTEN_MILLIS = 200;

    private final String label;
    private final InstanceId instance = InstanceId.random();
    private final Space space;
    private volatile LabHost host;
    private final Set<Integer> seen = ConcurrentHashMap.newKeySet();
    private final List<Thread> listeners = new ArrayList<>();
    private volatile NetworkEndpoint endpoint;
    private volatile boolean closed;

    LabGuest(String label, String spaceName, LabHost host, NetworkEndpoint endpoint) throws IOException {
        this.label = label;
        this.host = host;
        this.endpoint = endpoint;
        this.space = new Space(spaceName);
    }

    /** Has the engine make its interface, plugs the cable in and configures the guest by hand. */
    LabGuest boot() throws IOException {
        plug(host.engine().ensure(instance, List.of(endpoint)).getFirst());
        host.engine().attached(instance);
        space.ip("link", "set", "dev", "eth0", "up");
        return this;
    }

    /** Makes its device, as a hypervisor does when it starts a guest. */
    void plug(Endpoint made) throws IOException {
        plugInto(host, made, "eth0");
    }

    private void plugInto(LabHost carrier, Endpoint made, String device) throws IOException {
        Space.must(
                "ip",
                "link",
                "add",
                made.tap(),
                "netns",
                carrier.space().name(),
                "type",
                "veth",
                "peer",
                "name",
                device,
                "address",
                made.mac(),
                "netns",
                space.name());
        carrier.space().ip("link", "set", "dev", made.tap(), "mtu", Integer.toString(made.mtu()), "up");
        space.ip("link", "set", "dev", device, "mtu", Integer.toString(made.mtu()));
        if (carrier.needsChecksums()) {
            space.run("ethtool", "-K", device, "tx", "off");
        }
    }

    /** Has another host make everything ready, as the hypervisor there does while the guest goes on here. */
    void prepareOn(LabHost target) throws IOException {
        plugInto(target, target.engine().expect(instance, List.of(endpoint)).getFirst(), "next0");
        target.engine().attached(instance);
    }

    /**
     * Stands still here and goes on there, where {@link #prepareOn} was called before; its open sockets do not notice. What this host
     * made for it stays until it is released.
     */
    void moveTo(LabHost target) throws IOException {
        space.ip("link", "delete", "dev", "eth0");
        target.engine().arrived(instance, host.engine().openFlows(instance));
        host = target;
        space.ip("link", "set", "dev", "next0", "name", "eth0");
        space.ip("link", "set", "dev", "eth0", "up");
        configure();
    }

    LabGuest configure() throws IOException {
        space.ip("link", "set", "dev", "eth0", "up");
        var prefix = Cidr.parse(endpoint.getSubnetCidrBlock());
        space.ip("addr", "add", address() + "/" + prefix.prefixLength(), "dev", "eth0");
        space.ip("route", "add", "default", "via", prefix.address(1));
        for (var ipv6 : endpoint.getIpv6List()) {
            space.ip("addr", "add", ipv6 + "/64", "dev", "eth0", "nodad");
            space.ip("-6", "route", "replace", "default", "via", Ipv6.ROUTER, "dev", "eth0");
        }
        return this;
    }

    /** Changes the interface while the guest runs. */
    void change(NetworkEndpoint now) throws IOException {
        endpoint = now;
        host.engine().ensure(instance, List.of(now));
        host.engine().attached(instance);
    }

    /** From now on remembers the number of every probe that reaches it. */
    void listen() {
        for (int protocol : PROTOCOLS) {
            listeners.add(space.start("listener", () -> {
                try (var socket = RawSocket.ofProtocol(protocol, LISTEN_MILLIS)) {
                    while (!closed) {
                        socket.receive()
                                .ifPresent(packet -> Probe.numberOf(packet).ifPresent(seen::add));
                    }
                }
            }));
        }
    }

    /** As {@link #listen()}, for probes by IPv6. */
    void listenByIpv6() {
        for (int protocol : IPV6_PROTOCOLS) {
            listeners.add(space.start("listener", () -> {
                try (var socket = RawSocket.ofIpv6Protocol(protocol, LISTEN_MILLIS)) {
                    while (!closed) {
                        socket.receive().ifPresent(packet -> Probe.numberOf(protocol, packet)
                                .ifPresent(seen::add));
                    }
                }
            }));
        }
    }

    boolean saw(int number) {
        return seen.contains(number);
    }

    void send(Probe probe, int number, String to) throws IOException {
        space.call(() -> {
            try (var socket = probe.ipv6()
                    ? RawSocket.ofIpv6Protocol(probe.protocol(), LISTEN_MILLIS)
                    : RawSocket.ofProtocol(probe.protocol(), LISTEN_MILLIS)) {
                return socket.sendTo(to, probe.packet(number, probe.ipv6() ? ipv6() : address(), to));
            }
        });
    }

    String label() {
        return label;
    }

    String address() {
        return endpoint.getPrivateIpv4();
    }

    /** Its first assigned address of IPv6. */
    String ipv6() {
        return endpoint.getIpv6(0);
    }

    NetworkEndpoint endpoint() {
        return endpoint;
    }

    InstanceId instance() {
        return instance;
    }

    Space space() {
        return space;
    }

    LabHost host() {
        return host;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        space.close();
    }
}
