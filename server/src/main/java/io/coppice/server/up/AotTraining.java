package io.coppice.server.up;

import io.coppice.server.ProcessMark;
import io.coppice.server.process.BackgroundServer;
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
import java.util.regex.Pattern;

/**
 * Makes the AOT cache (JEP 514) that later starts use: a second server with a throw-away data folder and simulated hosts
 * is raised, used a little, and ended; the runtime then writes what it learned. Runs at the lowest priority after the
 * first {@code up} of a build, so nobody waits for it.
 */
public final class AotTraining {
    private static final Duration END_LIMIT = Duration.ofMinutes(5);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final String DRAFT = "coppice.aot.";
    /** The server's drafts and, made by the script, the command line's. */
    private static final String DRAFTS = "coppice{,-cli}.aot.";

    private static final Pattern DRAFT_OWNER = Pattern.compile("\\.aot\\.(\\d{1,18})(\\.config)?$");

    private AotTraining() {}

    /** Starts the training as a process of its own when this build has no cache yet. */
    public static void startInBackground(DataFolder folder) throws IOException {
        var cache = JavaCommand.aotCache();
        if (Files.exists(cache) || !Files.isWritable(JavaCommand.distribution()) || turnedOff() || running(folder)) {
            return;
        }
        var process = new ProcessBuilder(
                        "setsid",
                        "nice",
                        "-n",
                        "19",
                        JavaCommand.home().resolve("coppice").toString(),
                        "train",
                        "--data",
                        home(folder).root().toString())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(folder.logs().resolve("training.out").toFile())
                .start();
        var mark = ProcessMark.of(process.pid());
        if (mark.isPresent()) {
            mark.get().write(mark(folder));
        }
    }

    /** Ends a training that this cloud's {@code up} began; what it made so far is removed. Does nothing when none runs. */
    public static void stop(DataFolder folder) throws IOException {
        var mark = ProcessMark.read(mark(folder)).filter(ProcessMark::alive);
        Files.deleteIfExists(mark(folder));
        if (mark.isEmpty()) {
            return;
        }
        var pid = mark.get().pid();
        var trainer = ProcessHandle.of(pid);
        var children = trainer.stream().flatMap(ProcessHandle::descendants).toList();
        // The trainer first, so that it does not clean up beside us; then its server, whose PostgreSQL ends in order.
        trainer.ifPresent(ProcessHandle::destroyForcibly);
        children.stream()
                .filter(child -> child.info().command().orElse("").endsWith("/java"))
                .forEach(ProcessHandle::destroyForcibly);
        Waiting.until(STOP_LIMIT, () -> children.stream()
                .filter(child -> child.info().command().orElse("").endsWith("/java"))
                .noneMatch(ProcessHandle::isAlive));
        new BackgroundServer(home(folder)).stop(STOP_LIMIT);
        children.forEach(ProcessHandle::destroyForcibly);
        Teardown.removeTree(home(folder).root());
        removeDrafts(Long.toString(pid));
        for (var child : children) {
            removeDrafts(Long.toString(child.pid()));
        }
    }

    /** Removes the unfinished caches of one process. */
    private static void removeDrafts(String pid) throws IOException {
        try (var drafts = Files.newDirectoryStream(JavaCommand.distribution(), DRAFTS + pid + "{,.config}")) {
            for (var draft : drafts) {
                Files.deleteIfExists(draft);
            }
        }
    }

    /**
     * Removes from this folder the unfinished caches of processes that are gone. Those of a living one stay: the runtime
     * opens its draft when it starts and writes it when it ends, the command line that runs this training too.
     */
    static void removeAbandonedDrafts(Path folder) throws IOException {
        try (var drafts = Files.newDirectoryStream(folder, DRAFTS + "*")) {
            for (var draft : drafts) {
                var owner = DRAFT_OWNER.matcher(draft.getFileName().toString());
                if (owner.find()
                        && ProcessHandle.of(Long.parseLong(owner.group(1))).isEmpty()) {
                    Files.deleteIfExists(draft);
                }
            }
        }
    }

    private static boolean running(DataFolder folder) {
        return ProcessMark.read(mark(folder)).filter(ProcessMark::alive).isPresent();
    }

    private static DataFolder home(DataFolder folder) {
        return new DataFolder(folder.run().resolve("training"));
    }

    private static Path mark(DataFolder folder) {
        return folder.run().resolve("training.pid");
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
        removeAbandonedDrafts(JavaCommand.distribution());
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
