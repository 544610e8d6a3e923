package io.coppice.server.database;

import io.coppice.server.OperatorException;
import io.coppice.server.process.HostCommand;
import io.coppice.server.process.UserCache;
import io.coppice.server.process.Waiting;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Loopback;
import io.coppice.server.settings.PortChooser;
import io.coppice.server.settings.PortClaims;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The PostgreSQL of a cloud that was given none: one database on a loopback port with a random password, durable as any
 * other (fsync stays on). It outlives the process that started it, so that a killed server finds its database running;
 * {@link #startOrAdopt} then takes it over. Safe against two processes that start it at once.
 *
 * <p>PostgreSQL refuses to run as root. As root it is started in a user namespace of its own in which its user is nobody,
 * while its files still belong to root (user_namespaces(7)).
 */
public final class EmbeddedPostgres {
    /** The one database, and the role that owns it. */
    public static final String NAME = "coppice";

    /** What PostgreSQL says as long as processes of a killed server live. */
    private static final String STILL_IN_USE = "pre-existing shared memory block";

    private static final Duration INITIALISE_LIMIT = Duration.ofMinutes(2);
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final int PASSWORD_BYTES = 24;
    private static final String VERSION_FILE = "PG_VERSION";

    private final Path folder;
    private final Path data;
    private final Path log;
    private final Path binariesCache;
    private final boolean root;

    /**
     * @param folder holds data, password and lock; made when missing
     * @param log the folder for PostgreSQL's log files, a bounded number of them
     * @param binariesCache where the programs are unpacked
     * @param root whether this process is root
     */
    public EmbeddedPostgres(Path folder, Path log, Path binariesCache, boolean root) {
        this.folder = folder;
        this.data = folder.resolve("data");
        this.log = log;
        this.binariesCache = binariesCache;
        this.root = root;
    }

    /** The embedded PostgreSQL of a cloud. */
    public static EmbeddedPostgres of(DataFolder folder) {
        return new EmbeddedPostgres(folder.postgres(), folder.logs(), UserCache.folder(), UserCache.isRoot());
    }

    /**
     * How to reach it.
     *
     * @param pid of its first process
     * @param password never logged
     * @param adopted whether it ran already
     */
    public record Running(int port, long pid, String password, boolean adopted) {
        public String jdbcUrl() {
            return "jdbc:postgresql://" + Loopback.ADDRESS + ":" + port + "/" + NAME;
        }

        @Override
        public String toString() {
            return "PostgreSQL[port " + port + ", pid " + pid + "]";
        }
    }

    /** Returns when it takes connections; throws {@link OperatorException} when it cannot be brought to that. */
    public Running startOrAdopt() {
        try {
            Files.createDirectories(folder);
            Files.createDirectories(log);
            try (var lock = FileChannel.open(
                            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var held = lock.lock()) {
                assert held.isValid();
                var present = PostmasterFile.read(data);
                if (present.isEmpty()) {
                    start();
                }
                return awaitReady(present.isPresent());
            }
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot start PostgreSQL in " + folder + ": " + e.getMessage(),
                    "Make room and the folder writable for this user.",
                    e);
        }
    }

    /** How to reach it when it runs and takes connections. */
    public Optional<Running> running() {
        return PostmasterFile.read(data)
                .filter(PostmasterFile::ready)
                .map(file -> new Running(file.port(), file.pid(), password(), true));
    }

    /** Whether its process is there, ready or about to be. */
    boolean present() {
        return PostmasterFile.read(data).isPresent();
    }

    /** Ends it in good order: sessions are cut, everything committed is on disk. Returns whether it is gone. */
    public boolean stop(Duration limit) {
        var present = PostmasterFile.read(data);
        if (present.isEmpty()) {
            return true;
        }
        // SIGINT is PostgreSQL's "fast" shutdown; Java's destroy() would send SIGTERM, which waits for all sessions.
        HostCommand.run(limit, "kill", "-INT", Long.toString(present.get().pid()));
        return Waiting.until(limit, () -> PostmasterFile.read(data).isEmpty());
    }

    private void start() throws IOException {
        var binaries = PostgresBinaries.unpackedUnder(binariesCache);
        if (Files.exists(data)) {
            checkVersion(binaries);
        } else {
            initialise(binaries);
        }
        try (var claims = PortClaims.in(binariesCache)) {
            launch(binaries, new PortChooser(claims).choose(Loopback.ADDRESS, lastPort()));
        }
    }

    private void checkVersion(Path binaries) throws IOException {
        var stored = Files.readString(data.resolve(VERSION_FILE)).strip();
        var version = HostCommand.run(
                Duration.ofSeconds(10), binaries.resolve("bin/postgres").toString(), "--version");
        var ours = version.output().replaceAll("(?s)[^0-9]*(\\d+).*", "$1");
        if (!stored.equals(ours)) {
            throw new OperatorException(
                    "the data in " + data + " was written by PostgreSQL " + stored + "; this build brings " + ours,
                    "Start the Coppice version that wrote it, dump with pg_dump, and load into a new cloud.");
        }
    }

    private void initialise(Path binaries) throws IOException {
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.deleteIfExists(passwordFile());
        Files.createFile(passwordFile(), ownerOnly);
        var secret = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(secret);
        Files.writeString(passwordFile(), HexFormat.of().formatHex(secret));
        var draft = Files.createTempDirectory(folder, "data-");
        var initdb = unprivileged(List.of(
                binaries.resolve("bin/initdb").toString(),
                "--pgdata=" + draft,
                "--username=" + NAME,
                "--pwfile=" + passwordFile(),
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--no-locale",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions"));
        requireSuccess("initdb", HostCommand.run(INITIALISE_LIMIT, environment(), "", initdb));
        var single = unprivileged(
                List.of(binaries.resolve("bin/postgres").toString(), "--single", "-D", draft.toString(), "postgres"));
        requireSuccess(
                "postgres --single",
                HostCommand.run(INITIALISE_LIMIT, environment(), "CREATE DATABASE " + NAME + "\n", single));
        Files.move(draft, data, StandardCopyOption.ATOMIC_MOVE);
    }

    private void launch(Path binaries, int port) throws IOException {
        var output = log.resolve("postgresql-start.log");
        // Sessions of a server that was killed end by themselves, but not all at the same moment.
        Waiting.until(START_LIMIT, () -> launched(binaries, port, output) || !says(output, STILL_IN_USE));
        if (PostmasterFile.read(data).isEmpty()) {
            var reason = Files.readString(output).lines().reduce("", (first, second) -> second);
            throw new OperatorException(
                    "PostgreSQL did not start: " + reason, "Read " + output + "; then run \"coppice doctor\".");
        }
        Files.writeString(portFile(), Integer.toString(port));
    }

    /** Whether it runs; when not, the output says why. */
    private boolean launched(Path binaries, int port, Path output) {
        var command = new ArrayList<>(List.of("setsid"));
        command.addAll(unprivileged(List.of(binaries.resolve("bin/postgres").toString(), "-D", data.toString())));
        settings(port).forEach((key, value) -> command.addAll(List.of("-c", key + "=" + value)));
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment());
        try {
            var process = builder.start();
            return Waiting.until(START_LIMIT, () -> PostmasterFile.read(data).isPresent() || !process.isAlive())
                    && PostmasterFile.read(data).isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command.getFirst(), e);
        }
    }

    private static boolean says(Path output, String words) {
        try {
            return Files.readString(output).contains(words);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + output, e);
        }
    }

    private Map<String, String> settings(int port) {
        return Map.ofEntries(
                Map.entry("port", Integer.toString(port)),
                Map.entry("listen_addresses", Loopback.ADDRESS),
                Map.entry("unix_socket_directories", ""),
                Map.entry("max_connections", "120"),
                Map.entry("shared_buffers", "96MB"),
                Map.entry("max_wal_size", "512MB"),
                Map.entry("io_method", "sync"),
                // The whole of a small cloud's database stays in memory, ours or the file system's: to look something
                // up
                // costs hardly more than to read on, and PostgreSQL would else rather sort than follow an index.
                Map.entry("random_page_cost", "1.1"),
                Map.entry("effective_cache_size", "512MB"),
                Map.entry("jit", "off"),
                Map.entry("timezone", "UTC"),
                Map.entry("log_timezone", "UTC"),
                Map.entry("logging_collector", "on"),
                Map.entry("log_directory", log.toString()),
                // One file per weekday, overwritten a week later: bounded.
                Map.entry("log_filename", "postgresql-%a.log"),
                Map.entry("log_truncate_on_rotation", "on"),
                Map.entry("log_rotation_age", "1d"),
                Map.entry("log_rotation_size", "0"));
    }

    private Running awaitReady(boolean adopted) {
        var ready = Waiting.until(
                START_LIMIT,
                () -> PostmasterFile.read(data).map(PostmasterFile::ready).orElse(true));
        var running = PostmasterFile.read(data);
        if (!ready || running.isEmpty()) {
            throw new OperatorException(
                    "PostgreSQL in " + data + " does not become ready",
                    "Read the newest postgresql-*.log in " + log + ".");
        }
        return new Running(running.get().port(), running.get().pid(), password(), adopted);
    }

    private List<String> unprivileged(List<String> command) {
        if (!root) {
            return command;
        }
        var both = new ArrayList<>(List.of("unshare", "--user"));
        both.addAll(command);
        return both;
    }

    private void requireSuccess(String what, HostCommand.Result result) {
        if (result.succeeded()) {
            return;
        }
        if (result.output().contains("unshare")) {
            throw new OperatorException(
                    "PostgreSQL does not run as root, and this machine allows no user namespaces: " + result.lastLine(),
                    "Run Coppice as a plain user, set user.max_user_namespaces above 0 with sysctl, or use up --database.");
        }
        throw new OperatorException(
                what + " failed: " + result.lastLine(), "Make room in " + folder + " and try again.");
    }

    /** Nothing of the caller's locale or time zone may leak into the cluster. */
    private static Map<String, String> environment() {
        return Map.of("LC_ALL", "C", "TZ", "UTC");
    }

    private String password() {
        try {
            return Files.readString(passwordFile()).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL's password file is missing", e);
        }
    }

    private int lastPort() throws IOException {
        if (!Files.exists(portFile())) {
            return 0;
        }
        var text = Files.readString(portFile()).strip();
        return text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
    }

    private Path passwordFile() {
        return folder.resolve("password");
    }

    private Path portFile() {
        return folder.resolve("port");
    }
}
