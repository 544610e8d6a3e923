package io.coppice.server.cli;

import io.coppice.server.OperatorException;
import io.coppice.server.StartJournal;
import io.coppice.server.process.BackgroundServer;
import io.coppice.server.process.JavaCommand;
import io.coppice.server.process.UserCache;
import io.coppice.server.process.Waiting;
import io.coppice.server.settings.PortClaims;
import io.coppice.server.settings.Settings;
import io.coppice.server.up.AotTraining;
import io.coppice.server.up.Machine;
import io.coppice.server.up.Teardown;
import io.coppice.server.up.TrainingExercise;
import io.coppice.server.up.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Command;

/** Makes the AOT cache; {@code up} calls it in the background. */
@Command(name = "train", hidden = true, description = "Make the AOT cache that later starts use.")
final class TrainCommand extends CloudCommand {
    private static final Duration START_LIMIT = Duration.ofMinutes(5);

    @Override
    public Integer call() throws Exception {
        try (var lock = AotTraining.claim().orElse(null);
                var ports = PortClaims.in(UserCache.folder())) {
            if (lock == null) {
                out().println("another training of this build runs");
                return 1;
            }
            return train(ports);
        }
    }

    private int train(PortClaims ports) throws Exception {
        var folder = folder();
        folder.create();
        Files.createDirectories(folder.run());
        Files.createDirectories(folder.logs());
        var settings = TrainingSettings.choose(folder, Machine.here(), ports);
        settings.save(folder);
        var draft = AotTraining.draft();
        var journal = new StartJournal(folder);
        var teardown = new Teardown(folder, new Steps(out()));
        try {
            var builder = new ProcessBuilder(JavaCommand.training(folder, draft));
            builder.environment().putAll(JavaCommand.environment());
            var server = builder.redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(folder.logs().resolve("server.out").toFile())
                    .start();
            Waiting.until(
                    START_LIMIT, () -> started(journal) || journal.failure().isPresent() || !server.isAlive());
            if (!started(journal)) {
                throw new OperatorException("the training server did not start", "Read " + folder.logs() + ".");
            }
            use(settings);
            new BackgroundServer(folder).stop(Duration.ofMinutes(5));
            var made = AotTraining.finish(server, draft);
            out().println(made ? "made " + JavaCommand.aotCache() : "no cache was made");
            return made ? 0 : 1;
        } finally {
            teardown.down();
            teardown.data();
        }
    }

    private static boolean started(StartJournal journal) {
        return journal.steps().stream().anyMatch(step -> step.name().equals(StartJournal.READY));
    }

    /** What clouds do most, so that the cache knows more than how to start. */
    private void use(Settings settings) throws IOException {
        try (var client = new StatusClient(folder(), settings)) {
            Waiting.until(Duration.ofSeconds(30), () -> client.status()
                    .map(node -> node.path("ready").asBoolean())
                    .orElse(false));
            if (!Files.exists(folder().credentials())) {
                return;
            }
            var clients = new AwsClients(settings, Credentials.read(folder()), folder().authorityCertificate());
            try (var ec2 = clients.ec2();
                    var s3 = clients.s3()) {
                new TrainingExercise(ec2, s3, client).run();
            }
        }
    }
}
