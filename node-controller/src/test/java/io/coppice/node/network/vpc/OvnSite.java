package io.coppice.node.network.vpc;

import io.coppice.node.network.ovn.OvnSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * OVN as a site has it: both databases and the daemon between them in a folder, and on each host that joins Open vSwitch without the
 * kernel's part and OVN's controller.
 */
final class OvnSite implements AutoCloseable {
    /** What the site calls the public network. */
    static final String PUBLIC_NETWORK = "public";

    private static final Path SCHEMA = Path.of("/usr/share/ovn/ovn-nb.ovsschema");
    private static final long END_LIMIT_NANOS = 10_000_000_000L;
    private static final long POLL_NANOS = 20_000_000;

    private final Path folder;
    private final List<Path> processes = new ArrayList<>();
    private final List<OpenSwitch> switches = new ArrayList<>();

    private OvnSite(Path folder) {
        this.folder = folder;
    }

    static boolean isInstalled() {
        return OpenSwitch.isInstalled()
                && Files.exists(SCHEMA)
                && Files.isExecutable(Path.of("/usr/bin/ovn-northd"))
                && Files.isExecutable(Path.of("/usr/bin/ovn-controller"));
    }

    static OvnSite start(Path folder) throws IOException {
        var site = new OvnSite(Files.createDirectories(folder));
        site.database("nb");
        site.database("sb");
        Space.must("ovn-nbctl", "--db=" + site.northbound(), "init");
        Space.must("ovn-sbctl", "--db=" + site.southbound(), "init");
        Space.must(
                "ovn-northd",
                "--ovnnb-db=" + site.northbound(),
                "--ovnsb-db=" + site.southbound(),
                "--unixctl=" + folder.resolve("northd.ctl"),
                site.pid("northd"),
                "--log-file=" + folder.resolve("northd.log"),
                "--detach");
        return site;
    }

    private void database(String kind) throws IOException {
        var file = folder.resolve(kind + ".db").toString();
        Space.must("ovsdb-tool", "create", file, SCHEMA.toString().replace("-nb.", "-" + kind + "."));
        Space.must(
                "ovsdb-server",
                file,
                "--remote=punix:" + folder.resolve(kind + ".sock"),
                "--unixctl=" + folder.resolve(kind + ".ctl"),
                pid(kind),
                "--log-file=" + folder.resolve(kind + ".log"),
                "--detach");
    }

    private String pid(String name) {
        var file = folder.resolve(name + ".pid");
        processes.add(file);
        return "--pidfile=" + file;
    }

    String northbound() {
        return "unix:" + folder.resolve("nb.sock");
    }

    private String southbound() {
        return "unix:" + folder.resolve("sb.sock");
    }

    /**
     * Has a host join, whose address is taken over by a bridge of its switch: without the kernel's part, tunnels end there only.
     *
     * @param fabric the host's device that leads to the other hosts
     * @param outside the host's device that leads to the public network
     * @param address the host's own, with its prefix
     */
    OvnSettings join(Space space, String chassis, String fabric, String outside, String address) throws IOException {
        var home = folder.resolve(chassis);
        var open = OpenSwitch.start(space, home);
        switches.add(open);
        vsctl(open, "add-br", "br-phys", "--", "set", "bridge", "br-phys", "datapath_type=netdev");
        vsctl(open, "add-port", "br-phys", fabric);
        vsctl(open, "add-br", "br-ex", "--", "set", "bridge", "br-ex", "datapath_type=netdev");
        vsctl(open, "add-port", "br-ex", outside);
        space.ip("addr", "add", address, "dev", "br-phys");
        space.ip("link", "set", "dev", "br-phys", "up");
        space.run("ethtool", "-K", "br-phys", "tx", "off");
        vsctl(
                open,
                "set",
                "open",
                ".",
                "external-ids:system-id=" + chassis,
                "external-ids:hostname=" + chassis,
                "external-ids:ovn-remote=" + southbound(),
                "external-ids:ovn-encap-type=geneve",
                "external-ids:ovn-encap-ip=" + address.substring(0, address.indexOf('/')),
                "external-ids:ovn-bridge-datapath-type=netdev",
                "external-ids:ovn-bridge-mappings=%s:br-ex".formatted(PUBLIC_NETWORK));
        var pid = home.resolve("controller.pid");
        processes.add(pid);
        space.run(
                "env",
                "OVS_RUNDIR=" + home,
                "OVN_RUNDIR=" + home,
                "ovn-controller",
                open.database(),
                "--pidfile=" + pid,
                "--log-file=" + home.resolve("controller.log"),
                "--detach");
        return OvnSettings.of(northbound(), open.database(), Optional.of(PUBLIC_NETWORK));
    }

    /** What ovn-nbctl(8) answers. */
    String nbctl(String... command) throws IOException {
        var all = new ArrayList<>(List.of("ovn-nbctl", "--db=" + northbound(), "--timeout=20"));
        all.addAll(List.of(command));
        return Space.must(all.toArray(String[]::new));
    }

    private static void vsctl(OpenSwitch open, String... command) throws IOException {
        var all = new ArrayList<>(List.of("ovs-vsctl", "--db=" + open.database()));
        all.addAll(List.of(command));
        Space.must(all.toArray(String[]::new));
    }

    @Override
    public void close() throws IOException {
        var running = new ArrayList<ProcessHandle>();
        for (var file : processes.reversed()) {
            if (Files.exists(file)) {
                ProcessHandle.of(Long.parseLong(Files.readString(file).strip())).ifPresent(running::add);
            }
        }
        running.forEach(ProcessHandle::destroy);
        for (var open : switches) {
            open.close();
        }
        var end = System.nanoTime() + END_LIMIT_NANOS;
        while (running.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < end) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        running.forEach(ProcessHandle::destroyForcibly);
    }
}
