package io.coppice.server.bench;

import io.coppice.server.OperatorException;
import io.coppice.server.cli.AwsClients;
import io.coppice.server.cli.Credentials;
import io.coppice.server.cli.Steps;
import io.coppice.server.process.HostCommand;
import io.coppice.server.process.UserCache;
import io.coppice.server.process.Waiting;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.ArchitectureValues;

/**
 * The rows of {@code coppice bench volumes} that need guests: the start from an image that its host lacks, over a network of
 * one gigabit, and the time until a guest sees a volume that is attached. Makes clouds of its own, with one real host, and
 * removes them.
 */
public final class ColdImageBench {
    private static final long IMAGE_MIB = 2048;
    /** One gigabit. The host keeps to it itself; Walrus is on the same machine and could send more. */
    private static final String BYTES_PER_SECOND = "125000000";

    private static final Duration COMMAND_LIMIT = Duration.ofMinutes(5);
    private static final Duration IMAGE_LIMIT = Duration.ofMinutes(10);
    private static final Duration GUEST_LIMIT = Duration.ofMinutes(5);
    private static final String BUCKET = "coppice-bench-image";
    private static final String OBJECT = "disk.qcow2";

    private final Steps steps;

    public ColdImageBench(Steps steps) {
        this.steps = steps;
    }

    /** Measures; some minutes, and 8 GiB of disk. */
    public List<Measurement> run() throws Exception {
        var folder = BenchFolder.create("image");
        try {
            var image = steps.run("an image of " + IMAGE_MIB + " MiB, most of it random", () -> image(folder.path()));
            var full = steps.run("fetched before it boots", () -> inCloud(image, "0", this::secondsToSsh));
            steps.note("to SSH, fetched before: %.2f s".formatted(full));
            return steps.run(
                    "booted while it arrives",
                    () -> inCloud(image, "256", guests -> {
                        var lazy = secondsToSsh(guests);
                        steps.note("to SSH, while it arrives: %.2f s".formatted(lazy));
                        return List.of(row(lazy, full), new AttachTimes(guests, folder.path()).row());
                    }));
        } finally {
            folder.remove();
        }
    }

    private static Measurement row(double lazy, double full) {
        return new Measurement(
                "cold 2 GiB image to SSH, against full copy first",
                lazy / full,
                "×",
                0.35,
                0.22,
                "RunInstances to SSH's first answer: %.2f s, after a full copy %.2f s; one launch each, the host takes 125 MB/s at most"
                        .formatted(lazy, full));
    }

    /** The sample image with random data behind it. */
    private static Path image(Path folder) throws IOException {
        var sample = UserCache.folder().resolve("sample-image").resolve(OBJECT);
        var raw = folder.resolve("raw");
        var image = folder.resolve(OBJECT);
        command("qemu-img", "convert", "-O", "raw", sample.toString(), raw.toString());
        var more = IMAGE_MIB - Math.ceilDiv(java.nio.file.Files.size(raw), 1L << 20);
        command(
                "dd",
                "if=/dev/urandom",
                "of=" + raw,
                "bs=1M",
                "count=" + more,
                "oflag=append",
                "conv=notrunc",
                "status=none");
        command("qemu-img", "convert", "-O", "qcow2", raw.toString(), image.toString());
        java.nio.file.Files.delete(raw);
        return image;
    }

    private static void command(String... line) throws IOException {
        var result = HostCommand.run(COMMAND_LIMIT, line);
        if (!result.succeeded()) {
            throw new IOException(String.join(" ", line) + ": " + result.lastLine());
        }
    }

    @FunctionalInterface
    private interface Measure<T> {
        T of(Guests guests) throws IOException;
    }

    private static <T> T inCloud(Path image, String lazyAboveMib, Measure<T> measure) throws IOException {
        var configuration = Map.of(
                "COPPICE_NODE_IMAGE_BYTES_PER_SECOND", BYTES_PER_SECOND,
                "COPPICE_NODE_IMAGE_LAZY_ABOVE_MIB", lazyAboveMib);
        try (var cloud = BenchCloud.temporary(configuration, "--hypervisor", "libvirt", "--network", "flat");
                var ec2 = cloud.ec2()) {
            return measure.of(new Guests(ec2, register(cloud, ec2, image)));
        }
    }

    private static String register(BenchCloud cloud, Ec2Client ec2, Path image) {
        var clients = new AwsClients(
                cloud.settings(),
                Credentials.read(cloud.folder()),
                cloud.folder().authorityCertificate());
        try (var s3 = clients.s3()) {
            s3.createBucket(request -> request.bucket(BUCKET));
            s3.putObject(request -> request.bucket(BUCKET).key(OBJECT), RequestBody.fromFile(image));
        }
        var id = ec2.registerImage(request -> request.name("cold")
                        .imageLocation(BUCKET + "/" + OBJECT)
                        .architecture(ArchitectureValues.X86_64))
                .imageId();
        var available = Waiting.until(IMAGE_LIMIT, () -> ec2.describeImages(request -> request.imageIds(id))
                .images()
                .getFirst()
                .stateAsString()
                .equals("available"));
        if (!available) {
            throw new OperatorException("the image does not become available", "Read cloud-controller.log.");
        }
        return id;
    }

    private double secondsToSsh(Guests guests) {
        var begun = System.nanoTime();
        var id = guests.launch();
        var address = guests.find(id).privateIpAddress();
        var answered = Waiting.until(GUEST_LIMIT, () -> HostCommand.run(
                        Duration.ofSeconds(10), "ssh-keyscan", "-T", "2", "-t", "ed25519", address)
                .output()
                .contains("ssh-ed25519"));
        var seconds = (System.nanoTime() - begun) / 1e9;
        guests.remove(List.of(id));
        if (!answered) {
            throw new OperatorException(id + " did not answer on SSH", "Look at its console (get-console-output).");
        }
        return seconds;
    }
}
