package io.coppice.server.bench;

import io.coppice.server.OperatorException;
import io.coppice.server.cli.AwsClients;
import io.coppice.server.cli.Credentials;
import io.coppice.server.process.BackgroundServer;
import io.coppice.server.process.HostCommand;
import io.coppice.server.process.JavaCommand;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Settings;
import io.coppice.server.up.SampleImage;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.Ec2Client;

/**
 * The cloud that is measured, driven as a person would: by the command line and an unmodified AWS client. One that was
 * made for the measurement is removed at its end.
 */
public final class BenchCloud implements AutoCloseable {
    private static final Duration COMMAND_LIMIT = Duration.ofMinutes(10);

    private final DataFolder folder;
    private final Optional<EndsWithProcess> ours;
    /** What its server is told beyond its settings, as environment variables. */
    private final Map<String, String> environment;

    private BenchCloud(DataFolder folder, boolean ours, Map<String, String> configuration) {
        this.folder = folder;
        this.environment = new HashMap<>(configuration);
        // A measurement beside the training of a cache would measure the training.
        this.environment.put("COPPICE_AOT", "no");
        this.ours = ours ? Optional.of(new EndsWithProcess(() -> command("reset", "--yes"))) : Optional.empty();
    }

    /** A cloud that is there already; it is brought up when it is down. */
    static BenchCloud present(DataFolder folder) {
        if (Settings.load(folder).isEmpty()) {
            throw new OperatorException(
                    "there is no cloud in " + folder, "Make one with \"coppice up\", or name none: one is made.");
        }
        var cloud = new BenchCloud(folder, false, Map.of());
        if (cloud.pid() == 0) {
            cloud.command("up", "--no-install");
        }
        return cloud;
    }

    /** A new cloud in a folder of its own. */
    public static BenchCloud temporary(String... upOptions) throws IOException {
        return temporary(Map.of(), upOptions);
    }

    /** As {@link #temporary(String...)}, with configuration as environment variables: {@code COPPICE_COMPUTE_…}. */
    static BenchCloud temporary(Map<String, String> configuration, String... upOptions) throws IOException {
        // Not under /tmp: guests' disks may be larger than a file system in memory.
        var folder = Files.createTempDirectory(java.nio.file.Path.of("/var/tmp"), "coppice-bench");
        var cloud = new BenchCloud(new DataFolder(folder), true, configuration);
        var arguments = new ArrayList<>(List.of("up", "--no-install"));
        arguments.addAll(List.of(upOptions));
        try {
            cloud.command(arguments.toArray(String[]::new));
            return cloud;
        } catch (OperatorException e) {
            cloud.close();
            throw e;
        }
    }

    /** Where it lies. */
    public DataFolder folder() {
        return folder;
    }

    /** What it was set to. */
    public Settings settings() {
        return Settings.load(folder).orElseThrow();
    }

    /** Of the server; 0 when it is down. */
    public long pid() {
        return new BackgroundServer(folder).pid().orElse(0L);
    }

    String sampleImage() {
        return new SampleImage(folder)
                .id()
                .orElseThrow(() -> new OperatorException(
                        folder + " has no sample image", "Run \"coppice up\" again without --no-sample-image."));
    }

    Ec2Client ec2() {
        return new AwsClients(settings(), Credentials.read(folder), folder.authorityCertificate()).ec2();
    }

    /** Runs one of our own commands for this cloud to its end and returns how long it took. */
    Duration command(String... arguments) {
        var line = new ArrayList<String>();
        line.add(JavaCommand.home().resolve("coppice").toString());
        line.addAll(List.of(arguments));
        line.addAll(List.of("--data", folder.toString()));
        var begun = System.nanoTime();
        var result = HostCommand.run(COMMAND_LIMIT, environment, "", line);
        if (!result.succeeded()) {
            throw new OperatorException(
                    "coppice " + String.join(" ", arguments) + " failed: " + result.lastLine(),
                    "Run it by hand with --data " + folder + ".");
        }
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    @Override
    public void close() {
        ours.ifPresent(EndsWithProcess::close);
    }
}
