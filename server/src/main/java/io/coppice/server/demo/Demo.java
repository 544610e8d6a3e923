package io.coppice.server.demo;

import io.coppice.server.cli.AwsClients;
import io.coppice.server.cli.Steps;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Set;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The whole story of a user against a running cloud, with unmodified AWS SDK clients: a bucket, an image in parts, a key,
 * two instances, SSH, console, an elastic address, reboot, stop, start, terminate, and nothing left. What it made is removed also when a step
 * fails, the last thing made first.
 */
public final class Demo {
    private static final int NAME_BYTES = 4;
    private static final Duration BROOM_LIMIT = Duration.ofSeconds(30);

    private final Steps steps;
    private final AwsClients clients;
    private final Path image;
    private final Cloud cloud;
    private final Leftovers leftovers;
    private final Deque<Runnable> cleanUps = new ArrayDeque<>();

    /**
     * What the story depends on.
     *
     * @param simulated whether guests only pretend: what needs a real one is skipped, and that is said
     * @param vpcs whether guests have VPCs, so that they are reached by public addresses and only where a group lets one in
     */
    public record Cloud(boolean simulated, boolean vpcs) {}

    /**
     * @param image the disk image that is uploaded
     * @param cloud what kind of cloud it is
     * @param leftovers looks at the machine afterwards
     */
    public Demo(Steps steps, AwsClients clients, Path image, Cloud cloud, Leftovers leftovers) {
        this.steps = steps;
        this.clients = clients;
        this.image = image;
        this.cloud = cloud;
        this.leftovers = leftovers;
    }

    /** Runs all steps; throws what the first failing one threw. */
    public void run(Path workFolder) throws Exception {
        var random = new byte[NAME_BYTES];
        new SecureRandom().nextBytes(random);
        var name = "coppice-demo-" + HexFormat.of().formatHex(random);
        var before = leftovers.look();
        try (Ec2Client ec2 = clients.ec2();
                S3Client s3 = clients.s3();
                var sts = clients.sts()) {
            try {
                steps.run("who am I", () -> sts.getCallerIdentity().account());
                var upload = new ImageStory(steps, s3, ec2, name, cleanUps);
                var imageId = upload.run(image);
                var instances = new InstanceStory(steps, ec2, name, cloud, workFolder, cleanUps);
                instances.run(imageId);
            } catch (Exception | Error e) {
                steps.note("cleaning up after the failure");
                undoAll();
                throw e;
            }
            steps.run("delete key, image and bucket", () -> {
                undoAll();
                return true;
            });
            steps.run("nothing is left", () -> {
                nothingLeft(ec2, s3, name);
                // The answer "terminated" may be a moment ahead of the host's last broom.
                Expect.eventually("what is left on this machine", BROOM_LIMIT, Set.of(), () -> leftovers.since(before));
                return true;
            });
        }
    }

    private static void nothingLeft(Ec2Client ec2, S3Client s3, String name) {
        var reservations = ec2.describeInstances(request -> request.filters(
                filter -> filter.name("tag:Name").values(name), filter -> filter.name("instance-state-name")
                        .values("pending", "running", "stopping", "stopped", "shutting-down")));
        Expect.that(reservations.reservations().isEmpty(), "instances are left: " + reservations.reservations());
        var images = ec2.describeImages(request ->
                request.owners("self").filters(filter -> filter.name("name").values(name)));
        Expect.that(images.images().isEmpty(), "images are left: " + images.images());
        var keys = ec2.describeKeyPairs(
                request -> request.filters(filter -> filter.name("key-name").values(name)));
        Expect.that(keys.keyPairs().isEmpty(), "keys are left: " + keys.keyPairs());
        var groups = ec2.describeSecurityGroups(
                request -> request.filters(filter -> filter.name("group-name").values(name)));
        Expect.that(groups.securityGroups().isEmpty(), "groups are left: " + groups.securityGroups());
        Expect.that(
                s3.listBuckets().buckets().stream()
                        .noneMatch(bucket -> bucket.name().equals(name)),
                "the bucket is left: " + name);
    }

    /** Every clean-up is tried; the first failure is thrown at the end, the others are attached. */
    private void undoAll() {
        RuntimeException first = null;
        while (!cleanUps.isEmpty()) {
            try {
                cleanUps.pop().run();
            } catch (RuntimeException e) {
                steps.note("could not clean up: " + e.getMessage());
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
