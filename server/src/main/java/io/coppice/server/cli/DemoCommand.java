package io.coppice.server.cli;

import io.coppice.server.demo.Demo;
import io.coppice.server.demo.Leftovers;
import io.coppice.server.up.SampleImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells the whole story against the running cloud. */
@Command(
        name = "demo",
        description =
                "Run the whole story against the cloud, step by step: bucket, image, key, instances, SSH, addresses, clean-up.",
        footerHeading = "%nExit codes:%n",
        footer = "  0 every step passed; 1 one failed, and what the demo made is removed")
final class DemoCommand extends CloudCommand {
    @Option(names = "--simulated", description = "Skip what needs real guests. Chosen by itself for simulated hosts.")
    private boolean simulated;

    @Option(names = "--image", paramLabel = "FILE", description = "Upload this disk image instead of the sample image.")
    private @Nullable Path image;

    @Override
    public Integer call() throws Exception {
        var begun = System.nanoTime();
        var settings = cloud.settings();
        var clients = new AwsClients(settings, Credentials.read(folder()), folder().authorityCertificate());
        var steps = new Steps(out());
        var disk = image == null ? steps.run("sample image", () -> new SampleImage(folder()).build()) : image;
        var work = Files.createTempDirectory("coppice-demo");
        try {
            var kind = new Demo.Cloud(simulated || settings.simulated(), settings.vpcs());
            new Demo(steps, clients, disk, kind, new Leftovers(folder(), settings)).run(work);
        } finally {
            remove(work);
        }
        steps.done("the whole story", Duration.ofNanos(System.nanoTime() - begun));
        return 0;
    }

    private static void remove(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
