package io.coppice.node.network;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.lab.Host;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A site's network in a namespace: a router at 192.0.2.1 with the outside behind it, a DHCP server that knows nobody in
 * particular, and hosts that were in this network before they became hosts of a cloud. Names are random; all is removed at the end.
 */
final class SiteLab implements AutoCloseable {
    static final String ROUTER = "192.0.2.1";
    static final String OUTSIDE = "203.0.113.5";
    /** The addresses that the site's own DHCP server gives begin with this. */
    static final String OF_SITE = "192.0.2.2";

    private final String suffix = "%05x".formatted(ThreadLocalRandom.current().nextInt(1 << 20));
    private final Path folder;
    private final String site = "cps%s-site".formatted(suffix);
    private final List<String> spaces = new ArrayList<>();
    private final List<SiteHost> hosts = new ArrayList<>();
    private final Path dhcpPid;
    private final String mode;

    /** @param mode of the hosts' networks */
    SiteLab(Path folder, String mode) throws IOException {
        this.folder = folder;
        this.mode = mode;
        this.dhcpPid = folder.resolve("site-dhcp.pid");
        space(site);
        in(site, "ip", "link", "add", "br0", "type", "bridge");
        in(site, "ip", "link", "set", "dev", "br0", "up");
        in(site, "ip", "addr", "add", ROUTER + "/24", "dev", "br0");
        in(site, "ip", "addr", "add", OUTSIDE + "/32", "dev", "lo");
        in(
                site,
                "dnsmasq",
                "--conf-file=/dev/null",
                "--user=root",
                "--port=0",
                "--interface=br0",
                "--except-interface=lo",
                "--bind-interfaces",
                "--no-ping",
                "--pid-file=" + dhcpPid,
                "--dhcp-leasefile=" + folder.resolve("site.leases"),
                "--dhcp-range=%s00,%s50,255.255.255.0,1h".formatted(OF_SITE, OF_SITE),
                "--dhcp-option=3," + ROUTER);
    }

    /** Why nothing of this can run here, empty when it can. */
    static List<String> missing() {
        var missing = new ArrayList<String>();
        if (!"root".equals(System.getProperty("user.name"))) {
            missing.add("not root");
        }
        for (var program : List.of("/usr/sbin/nft", "/usr/sbin/dnsmasq", "/usr/bin/busybox", "/usr/bin/ping")) {
            if (!Files.isExecutable(Path.of(program))) {
                missing.add(program + " is not installed");
            }
        }
        return missing;
    }

    /** A host at 192.0.2.N, N from 2 to 9, with a cable to the site's network. */
    SiteHost host(int n) throws IOException {
        var name = "cps%s-h%d".formatted(suffix, n);
        space(name);
        must("ip", "link", "add", "up" + n, "netns", site, "type", "veth", "peer", "name", "lan0", "netns", name);
        in(site, "ip", "link", "set", "dev", "up" + n, "master", "br0", "up");
        in(name, "ip", "link", "set", "dev", "lan0", "up");
        in(name, "ip", "addr", "add", "192.0.2.%d/24".formatted(n), "dev", "lan0");
        in(name, "ip", "route", "add", "default", "via", ROUTER);
        var host = new SiteHost(name, n);
        hosts.add(host);
        return host;
    }

    /** The packet filter of the site's router from now on drops what this rule matches. */
    void routerDrops(String match) throws IOException {
        in(
                site,
                "nft",
                "add table inet site; add chain inet site in { type filter hook input priority 0; }; "
                        + "add rule inet site in " + match + " drop");
    }

    /** Whether the site, from the outside's address, reaches that one. */
    boolean outsideReaches(String address) throws IOException {
        return reaches(site, address, "-I", OUTSIDE);
    }

    /** Whether a machine of the site can connect to that TCP port. */
    boolean siteConnects(String address, int port) throws IOException {
        return Host.run(
                        "ip",
                        "netns",
                        "exec",
                        site,
                        "timeout",
                        "2",
                        "bash",
                        "-c",
                        "exec 3<>/dev/tcp/%s/%d".formatted(address, port))
                .succeeded();
    }

    private static boolean reaches(String space, String address, String... options) throws IOException {
        var command = new ArrayList<>(List.of("ip", "netns", "exec", space, "ping", "-nq", "-c3", "-i0.2", "-W3"));
        command.addAll(List.of(options));
        command.add(address);
        return Host.run(command.toArray(String[]::new)).succeeded();
    }

    private void space(String name) throws IOException {
        must("ip", "netns", "add", name);
        spaces.add(name);
        in(name, "ip", "link", "set", "dev", "lo", "up");
        in(name, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
    }

    private static String in(String space, String... command) throws IOException {
        var all = new ArrayList<>(List.of("ip", "netns", "exec", space));
        all.addAll(List.of(command));
        return must(all.toArray(String[]::new));
    }

    private static String must(String... command) throws IOException {
        var result = Host.run(command);
        if (!result.succeeded()) {
            throw new IOException(String.join(" ", command) + ": " + result.errors());
        }
        return result.output();
    }

    @Override
    public void close() throws IOException {
        for (var host : hosts) {
            host.close();
        }
        if (Files.exists(dhcpPid)) {
            Host.run("kill", Files.readString(dhcpPid).strip());
        }
        for (var space : spaces) {
            Host.run("ip", "netns", "delete", space);
        }
    }

    /** A host without a machine, whose network is made by a program in its namespace. */
    final class SiteHost {
        private final String name;
        private final int number;
        private final Path own;
        private Process process;

        private SiteHost(String name, int number) throws IOException {
            this.name = name;
            this.number = number;
            this.own = Files.createDirectories(folder.resolve("h" + number));
            this.process = engine();
        }

        private Process engine() throws IOException {
            return new ProcessBuilder(
                            "ip",
                            "netns",
                            "exec",
                            name,
                            ProcessHandle.current().info().command().orElse("java"),
                            "-cp",
                            System.getProperty("java.class.path"),
                            EngineProcess.class.getName(),
                            own.toString(),
                            "mode=" + mode,
                            "cidr=192.0.2.0/24",
                            "bridge=b" + suffix,
                            "uplink=lan0",
                            "host-address=192.0.2." + number)
                    .redirectError(own.resolve("engine.err").toFile())
                    .start();
        }

        /** Gives the engine an order; its answer. */
        String order(String order) throws IOException {
            var writer = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
            writer.write(order + "\n");
            writer.flush();
            var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            var answer = reader.readLine();
            if (answer == null) {
                throw new IOException("the engine ended: " + Files.readString(own.resolve("engine.err")));
            }
            return answer;
        }

        /** As a restart of the agent does: another engine finds what the first one left. */
        void restart() throws IOException, InterruptedException {
            process.getOutputStream().close();
            process.waitFor();
            process = engine();
            order("start");
        }

        String run(String... command) throws IOException {
            return in(name, command);
        }

        /** A guest with a device of the engine's, plugged in as the hypervisor does; it has no address yet. */
        SiteGuest guest(String mac, String address) throws IOException {
            var instance = InstanceId.random();
            var made = order("ensure %s %s %s".formatted(instance, mac, address).strip())
                    .split(" ");
            if (made.length != 3) {
                throw new IOException(String.join(" ", made));
            }
            var guest = "cps%s-g%d".formatted(suffix, spaces.size());
            space(guest);
            must(
                    "ip", "link", "add", made[0], "netns", name, "type", "veth", "peer", "name", "eth0", "address", mac,
                    "netns", guest);
            run("ip", "link", "set", "dev", made[0], "master", made[1], "up");
            in(guest, "ip", "link", "set", "dev", "eth0", "mtu", made[2], "up");
            return new SiteGuest(guest, instance, folder);
        }

        private void close() throws IOException {
            order("remove");
            process.destroy();
        }
    }

    /** A guest without a machine. */
    static final class SiteGuest {
        private static final String SCRIPT = """
                #!/bin/sh
                case "$1" in
                bound | renew)
                    ip addr flush dev "$interface"
                    ip addr add "$ip/$mask" dev "$interface"
                    set -- ${staticroutes:-0.0.0.0/0 $router}
                    while [ $# -gt 1 ]; do
                        ip route replace "$1" via "$2"
                        shift 2
                    done
                    ;;
                esac
                """;

        private final String name;
        private final InstanceId instance;
        private final Path script;

        private SiteGuest(String name, InstanceId instance, Path folder) throws IOException {
            this.name = name;
            this.instance = instance;
            this.script = folder.resolve(name + ".sh");
            Files.writeString(script, SCRIPT);
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }

        InstanceId instance() {
            return instance;
        }

        String run(String... command) throws IOException {
            return in(name, command);
        }

        /** Asks for an address by DHCP until somebody gives one, and takes it. */
        String dhcp() throws IOException {
            run(
                    "busybox",
                    "udhcpc",
                    "-i",
                    "eth0",
                    "-f",
                    "-q",
                    "-n",
                    "-t",
                    "30",
                    "-T",
                    "1",
                    "-O",
                    "staticroutes",
                    "-s",
                    script.toString());
            return run("ip", "-4", "-o", "addr", "show", "dev", "eth0").split("inet |/")[1];
        }

        /** Takes an address that nobody gave it. */
        void takes(String address) throws IOException {
            run("ip", "addr", "flush", "dev", "eth0");
            run("ip", "addr", "add", address + "/24", "dev", "eth0");
            run("ip", "route", "replace", "default", "via", ROUTER);
        }

        boolean reaches(String address) throws IOException {
            return SiteLab.reaches(name, address);
        }

        /** What the metadata service answers. */
        String metadata() throws IOException {
            return run("timeout", "10", "busybox", "wget", "-q", "-O", "-", "http://169.254.169.254/");
        }
    }
}
