package io.coppice.node.network.vpc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Open vSwitch of one host, without the kernel's part: a database and a switch in a folder and a namespace of their own. */
final class OpenSwitch implements AutoCloseable {
    private static final Path SCHEMA = Path.of("/usr/share/openvswitch/vswitch.ovsschema");
    private static final long END_LIMIT_NANOS = 10_000_000_000L;
    private static final long POLL_NANOS = 20_000_000;

    private final Path folder;

    private OpenSwitch(Path folder) {
        this.folder = folder;
    }

    static boolean isInstalled() {
        return Files.exists(SCHEMA) && Files.isExecutable(Path.of("/usr/sbin/ovs-vswitchd"));
    }

    static OpenSwitch start(Space space, Path folder) throws IOException {
        var open = new OpenSwitch(Files.createDirectories(folder));
        Space.must("ovsdb-tool", "create", open.file("conf.db"), SCHEMA.toString());
        space.run(
                "env",
                "OVS_RUNDIR=" + folder,
                "ovsdb-server",
                open.file("conf.db"),
                "--remote=punix:" + open.file("db.sock"),
                "--pidfile=" + open.file("database.pid"),
                "--log-file=" + open.file("database.log"),
                "--detach");
        Space.must("ovs-vsctl", "--db=" + open.database(), "--no-wait", "init");
        space.run(
                "env",
                "OVS_RUNDIR=" + folder,
                "ovs-vswitchd",
                open.database(),
                "--pidfile=" + open.file("switch.pid"),
                "--log-file=" + open.file("switch.log"),
                "--detach");
        return open;
    }

    /** Where its database listens. */
    String database() {
        return "unix:" + file("db.sock");
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    @Override
    public void close() throws IOException {
        var processes = new ArrayList<ProcessHandle>();
        for (var name : List.of("switch.pid", "database.pid")) {
            var pid = folder.resolve(name);
            if (Files.exists(pid)) {
                ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).ifPresent(processes::add);
            }
        }
        processes.forEach(ProcessHandle::destroy);
        var end = System.nanoTime() + END_LIMIT_NANOS;
        // Asking how a process of others ended takes a second each.
        while (processes.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < end) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        processes.forEach(ProcessHandle::destroyForcibly);
    }
}
