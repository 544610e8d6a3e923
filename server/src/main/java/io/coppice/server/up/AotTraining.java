package io.coppice.server.up;

import io.coppice.server.process.JavaCommand;
import io.coppice.server.process.Waiting;
import io.coppice.server.settings.DataFolder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Makes the AOT cache (JEP 514) that later starts use: a second server with a throw-away data folder and simulated hosts
 * is raised, used a little, and ended; the runtime then writes what it learned. Runs at the lowest priority after the
 * first {@code up} of a build, so nobody waits for it.
 */
public final class AotTraining {
    private static final Duration END_LIMIT = Duration.ofMinutes(5);

    private static final String DRAFT = "coppice.aot.";

    private AotTraining() {}

    /** Starts the training as a process of its own when this build has no cache yet. */
    public static void startInBackground(DataFolder folder) throws IOException {
        var cache = JavaCommand.aotCache();
        if (Files.exists(cache) || !Files.isWritable(JavaCommand.distribution()) || turnedOff()) {
            return;
        }
        new ProcessBuilder(
                        "setsid",
                        "nice",
                        "-n",
                        "19",
                        JavaCommand.home().resolve("coppice").toString(),
                        "train",
                        "--data",
                        folder.run().resolve("training").toString())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(folder.logs().resolve("training.out").toFile())
                .start();
    }

    /**
     * Holds off every other training of this build until it is closed, and removes what trainings left that were cut
     * short: a hundred megabytes each. Empty when another one runs.
     */
    public static Optional<FileChannel> claim() throws IOException {
        var lock = FileChannel.open(
                JavaCommand.distribution().resolve("training.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        if (lock.tryLock() == null) {
            lock.close();
            return Optional.empty();
        }
        try (var drafts = Files.newDirectoryStream(JavaCommand.distribution(), "coppice{,-cli}.aot.*")) {
            for (var draft : drafts) {
                Files.deleteIfExists(draft);
            }
        }
        return Optional.of(lock);
    }

    /** Waits for a training server that was asked to end, then puts its cache in place, whole or not at all. */
    public static boolean finish(Process server, Path draft) throws IOException {
        if (!Waiting.until(END_LIMIT, () -> !server.isAlive()) || !Files.exists(draft)) {
            Files.deleteIfExists(draft);
            return false;
        }
        Files.move(draft, JavaCommand.aotCache(), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        return true;
    }

    /** Where a training writes before its cache is put in place. */
    public static Path draft() {
        return JavaCommand.distribution()
                .resolve(DRAFT + ProcessHandle.current().pid());
    }

    private static boolean turnedOff() {
        return List.of("no", "false", "0").contains(System.getenv().getOrDefault("COPPICE_AOT", ""));
    }
}
