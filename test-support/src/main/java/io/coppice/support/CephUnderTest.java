package io.coppice.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A Ceph cluster of one monitor and one storage daemon, whose bytes are in memory: started by the first test that wants it, in
 * a folder and at ports of its own, and ended with this process.
 */
public final class CephUnderTest {
    private static final String USER = "coppice";
    private static final String POOL = "pool";
    /** That the user may use. */
    private static final int MOST_POOLS = 16;

    private static final int LIMIT_SECONDS = 60;
    private static final List<String> PROGRAMS = List.of(
            "ceph-mon",
            "ceph-osd",
            "ceph",
            "rbd",
            "monmaptool",
            "ceph-authtool",
            "qemu-storage-daemon",
            "qemu-io",
            "qemu-nbd");

    private static @Nullable CephUnderTest started;

    private final Path folder;
    private final Path conf;
    private final List<Process> daemons = new ArrayList<>();
    private final AtomicInteger pools = new AtomicInteger();

    private CephUnderTest(Path folder) {
        this.folder = folder;
        this.conf = folder.resolve("ceph.conf");
    }

    /** What must be installed for {@link #get}; empty when all of it is. */
    public static Optional<String> lacking() throws IOException {
        return PROGRAMS.stream().allMatch(name -> Files.isExecutable(Path.of("/usr/bin", name))) && hasRbdDriver()
                ? Optional.empty()
                : Optional.of("needs a Ceph: install ceph-mon, ceph-osd, ceph-common and qemu-block-extra");
    }

    /** The one of this process. */
    public static synchronized CephUnderTest get() throws IOException {
        var known = started;
        if (known == null) {
            known = new CephUnderTest(Files.createTempDirectory("coppice-ceph"));
            Runtime.getRuntime().addShutdownHook(new Thread(known::end));
            // Also when its start fails: the next test would wait for the same in vain.
            started = known;
            known.start();
        }
        return known;
    }

    private static boolean hasRbdDriver() throws IOException {
        try (var found = Files.find(Path.of("/usr/lib"), 4, (path, facts) -> path.endsWith("qemu/block-rbd.so"))) {
            return found.findAny().isPresent();
        }
    }

    /** Where its monitor is. */
    public Path conf() {
        return conf;
    }

    /** With the key of {@link #user}. */
    public Path keyring() {
        return folder.resolve("keyring");
    }

    /** Who may use its pools, without {@code client.}. */
    public String user() {
        return USER;
    }

    /** The name of a pool that holds nothing. */
    public String pool() throws IOException {
        var name = POOL + pools.incrementAndGet();
        run("ceph", "--conf", conf.toString(), "osd", "pool", "create", name, "8", "8");
        run("ceph", "--conf", conf.toString(), "osd", "pool", "application", "enable", name, "rbd");
        // There is no manager to say how much it can hold.
        run("ceph", "--conf", conf.toString(), "osd", "pool", "set-quota", name, "max_bytes", String.valueOf(1L << 40));
        return name;
    }

    private void start() throws IOException {
        var cluster = UUID.randomUUID().toString();
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Files.writeString(conf, settings(cluster, port));
        Files.createDirectory(folder.resolve("mon"));
        Files.createDirectory(folder.resolve("osd"));
        var keyring = keyring().toString();
        run("ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *");
        key(keyring, "client.admin", "allow *", "allow *");
        key(keyring, "osd.0", "allow profile osd", "allow *");
        // As docs/storage.md has an operator do it.
        key(keyring, "client." + USER, "profile rbd", poolRights());
        var map = folder.resolve("monmap").toString();
        run("monmaptool", "--create", "--fsid", cluster, "--addv", "a", "[v2:127.0.0.1:" + port + "]", map);
        run("ceph-mon", "--conf", conf.toString(), "--mkfs", "-i", "a", "--monmap", map, "--keyring", keyring);
        launch("ceph-mon", "a");
        var disk = UUID.randomUUID().toString();
        run("ceph", "--conf", conf.toString(), "osd", "new", disk);
        run("ceph-osd", "--conf", conf.toString(), "-i", "0", "--mkfs", "--osd-uuid", disk);
        launch("ceph-osd", "0");
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!run("ceph", "--conf", conf.toString(), "osd", "stat").contains("1 up")) {
            if (System.nanoTime() > deadline) {
                throw new IOException("the storage daemon of the Ceph under test does not come up: see " + folder);
            }
        }
    }

    private static String poolRights() {
        return IntStream.rangeClosed(1, MOST_POOLS)
                .mapToObj(number -> "profile rbd pool=" + POOL + number)
                .collect(Collectors.joining(", "));
    }

    private static void key(String keyring, String name, String mon, String osd) throws IOException {
        run("ceph-authtool", keyring, "--gen-key", "-n", name, "--cap", "mon", mon, "--cap", "osd", osd);
    }

    private String settings(String cluster, int port) {
        return """
                [global]
                fsid = %2$s
                mon_host = [v2:127.0.0.1:%3$d]
                mon_initial_members = a
                public_addr = 127.0.0.1
                ms_bind_ipv6 = false
                ms_bind_msgr1 = false
                auth_cluster_required = cephx
                auth_service_required = cephx
                auth_client_required = cephx
                osd_pool_default_size = 1
                osd_pool_default_min_size = 1
                mon_allow_pool_size_one = true
                mon_data_avail_crit = 0
                osd_crush_chooseleaf_type = 0
                keyring = %1$s/keyring
                run_dir = %1$s
                admin_socket = %1$s/$name.$pid.asok
                log_file = %1$s/$name.log
                [mon]
                mon_data = %1$s/mon
                setuser = root
                setgroup = root
                [osd]
                osd_data = %1$s/osd
                osd_objectstore = memstore
                memstore_device_bytes = 1073741824
                setuser = root
                setgroup = root
                """.formatted(folder, cluster, port);
    }

    private void launch(String program, String name) throws IOException {
        daemons.add(new ProcessBuilder(program, "--conf", conf.toString(), "-i", name, "-f")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(program + ".out").toFile())
                .start());
    }

    /**
     * Does something while no process of the cluster does anything, as when its machines cannot be reached. To take some seconds: monitors
     * do not forget a storage daemon that was silent for so long.
     */
    public void whileSilent(Callable<?> work) throws Exception {
        signal("-STOP");
        try {
            var ignored = work.call();
        } finally {
            signal("-CONT");
        }
    }

    private void signal(String what) throws IOException {
        for (var daemon : daemons) {
            run("kill", what, String.valueOf(daemon.pid()));
        }
    }

    private void end() {
        daemons.forEach(Process::destroyForcibly);
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a program says on its standard output. */
    public static String run(String... command) throws IOException {
        var errors = Files.createTempFile("coppice-ceph", ".err");
        try {
            var process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + " failed: " + Files.readString(errors));
            }
            return said;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            Files.deleteIfExists(errors);
        }
    }
}
