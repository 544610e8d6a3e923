package io.coppice.node.network.vpc;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Has a host without an uplink be the gateway of its guests in IPv6 too, from the first VPC on that needs it: what a host does with
 * its own addresses is left alone until then. Thread-safe. Source: the kernel's documentation, networking/ip-sysctl.
 */
final class HostIpv6 {
    private static final String ACCEPTS_ROUTERS = "net\\.ipv6\\.conf\\..*\\.accept_ra$";

    private final VpcSettings settings;
    private final Namespace host;
    private final ReentrantLock lock = new ReentrantLock();

    HostIpv6(VpcSettings settings, Namespace host) {
        this.settings = settings;
        this.host = host;
    }

    /** Gives the public network's bridge the gateway's address and has the host forward. Safe to repeat. */
    void lead() throws IOException {
        if (!settings.hostIsGateway()) {
            return;
        }
        lock.lock();
        try {
            host.sysctl(Map.of("net.ipv6.conf.%s.disable_ipv6".formatted(settings.bridge()), "0"));
            host.ip("addr replace %s/%d dev %s nodad\n".formatted(Ipv6.ROUTER, Ipv6.LINK_PREFIX, settings.bridge()));
            if (host.run("sysctl", "-n", "net.ipv6.conf.all.forwarding").strip().equals("0")) {
                keepOwnRouters();
                host.sysctl(Map.of("net.ipv6.conf.all.forwarding", "1"));
            }
        } finally {
            lock.unlock();
        }
    }

    /** A host that forwards stops listening to routers unless each device is told to go on: it would lose its own way out. */
    private void keepOwnRouters() throws IOException {
        var changed = new HashMap<String, String>();
        host.run("sysctl", "-a", "-r", ACCEPTS_ROUTERS)
                .lines()
                .map(line -> line.split("\\s*=\\s*"))
                .filter(each -> each.length == 2 && each[1].equals("1"))
                .forEach(each -> changed.put(each[0], "2"));
        if (!changed.isEmpty()) {
            host.sysctl(changed);
        }
    }
}
