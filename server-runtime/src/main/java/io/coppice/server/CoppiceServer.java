package io.coppice.server;

import io.coppice.foundation.role.RoleName;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.KnownKeys;
import io.coppice.server.settings.Settings;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Entry point of the process that plays the roles its configuration names: {@code CoppiceServer DATA-FOLDER}. Everything
 * Quarkus must know before it starts is settled here: the folder's lock, PostgreSQL, certificate and system properties.
 * The roles are started by {@link ServerApplication}. Exits with 1 after one clear line when it cannot start.
 */
@QuarkusMain
public final class CoppiceServer {
    private static final Duration LONGEST_SHUTDOWN = Duration.ofSeconds(30);
    private static final Duration DATABASE_STOP_LIMIT = Duration.ofMinutes(1);
    private static final String DEFAULT_DATABASE_USER = "coppice";

    private CoppiceServer() {}

    public static void main(String[] arguments) {
        var folder = new DataFolder(Path.of(arguments.length > 0 ? arguments[0] : "."));
        var journal = new StartJournal(folder);
        try {
            Files.createDirectories(folder.run());
            Files.createDirectories(folder.logs());
            // Never closed: the lock is held as long as this process lives.
            claim(folder);
            journal.begin();
            prepare(folder, journal);
        } catch (OperatorException e) {
            journal.failure(String.valueOf(e.getMessage()), e.fix());
            say(e);
            System.exit(1);
        } catch (IOException e) {
            say(new OperatorException(
                    "cannot use the data folder " + folder + ": " + e.getMessage(), "Make it writable for this user."));
            System.exit(1);
        }
        Quarkus.run(ServerApplication.class, (exitCode, failure) -> ended(folder, journal, failure), arguments);
    }

    private static void prepare(DataFolder folder, StartJournal journal) throws IOException {
        var settings = Settings.load(folder)
                .orElseThrow(() -> new OperatorException(
                        "there is no cloud in " + folder, "Make one with \"coppice up --data " + folder + "\"."));
        KnownKeys.ofThisVersion().check(settings, folder.settings(), System.getenv());
        if (!settings.roles().contains(RoleName.CLOUD_CONTROLLER)) {
            OperatorToken.ensure(folder);
        }
        var database = settings.needsDatabase() ? Optional.of(database(folder, settings, journal)) : none();
        var certificate = needsApiCertificate(settings)
                ? Optional.of(ApiCertificate.open(folder, settings, Clock.systemUTC()))
                : Optional.<ServerProperties.Certificate>empty();
        ServerProperties.of(folder, settings, database, certificate, ServerProperties::present)
                .forEach((key, value) -> {
                    // What was given with -D on the command line wins.
                    if (System.getProperty(key) == null) {
                        System.setProperty(key, value);
                    }
                });
    }

    /** Whether this process opens the users' door, and as HTTPS. */
    static boolean needsApiCertificate(Settings settings) {
        return settings.secure() && settings.roles().contains(RoleName.CLOUD_CONTROLLER);
    }

    private static Optional<ServerProperties.Database> none() {
        return Optional.empty();
    }

    private static ServerProperties.Database database(DataFolder folder, Settings settings, StartJournal journal) {
        var external = settings.value(Settings.DATABASE_URL);
        if (external.isPresent()) {
            return new ServerProperties.Database(
                    external.get(),
                    settings.value(Settings.DATABASE_USER, DEFAULT_DATABASE_USER),
                    externalPassword(settings));
        }
        var own = OwnDatabase.find()
                .orElseThrow(() -> new OperatorException(
                        "the settings name no database, and this build brings none",
                        "Set " + Settings.DATABASE_URL + " in " + folder.settings()
                                + ", for example to jdbc:postgresql://HOST/coppice."));
        var begun = System.nanoTime();
        var running = own.startOrAdopt(folder);
        journal.step(
                running.adopted() ? "PostgreSQL was running" : "PostgreSQL",
                Duration.ofNanos(System.nanoTime() - begun));
        stopAfterwards(own, folder);
        return new ServerProperties.Database(running.url(), running.user(), running.password());
    }

    private static String externalPassword(Settings settings) {
        var file = settings.value(Settings.DATABASE_PASSWORD_FILE);
        try {
            return file.isPresent()
                    ? Files.readString(Path.of(file.get())).strip()
                    : System.getenv().getOrDefault("COPPICE_DATABASE_PASSWORD", "");
        } catch (IOException e) {
            var reason = e instanceof NoSuchFileException ? "there is no such file" : e.getMessage();
            throw new OperatorException(
                    "cannot read the database password from " + file.get() + ": " + reason,
                    "Correct " + Settings.DATABASE_PASSWORD_FILE + ", or set COPPICE_DATABASE_PASSWORD.",
                    e);
        }
    }

    private static final CountDownLatch APPLICATION_ENDED = new CountDownLatch(1);

    /** Shutdown hooks run side by side: PostgreSQL must wait until the roles have written their last row. */
    private static void stopAfterwards(OwnDatabase own, DataFolder folder) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                APPLICATION_ENDED.await(LONGEST_SHUTDOWN.toMillis(), TimeUnit.MILLISECONDS);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            own.stop(folder, DATABASE_STOP_LIMIT);
                        },
                        "stop-postgresql"));
    }

    private static void ended(DataFolder folder, StartJournal journal, @Nullable Throwable failure) {
        APPLICATION_ENDED.countDown();
        if (failure == null) {
            return;
        }
        var known = Causes.operatorException(failure);
        journal.failure(String.valueOf(known.getMessage()), known.fix() + " Log files: " + folder.logs());
        say(known);
        // Never from a shutdown hook: a failure always comes from the main thread.
        System.exit(1);
    }

    private static void claim(DataFolder folder) throws IOException {
        var channel = FileChannel.open(
                folder.run().resolve("server.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                throw taken(folder);
            }
        } catch (OverlappingFileLockException e) {
            throw taken(folder);
        }
        var mark = ProcessMark.of(ProcessHandle.current().pid());
        if (mark.isPresent()) {
            mark.get().write(folder.run().resolve("server.pid"));
        }
    }

    private static OperatorException taken(DataFolder folder) {
        return new OperatorException(
                "a server already runs on " + folder,
                "Use it, stop it with \"coppice down\", or choose another --data.");
    }

    private static void say(OperatorException problem) {
        System.err.println("coppice: " + problem.getMessage());
        System.err.println("  fix: " + problem.fix());
    }
}
