package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.testing.architecture.SourceTree;
import io.coppice.testing.cloud.RealGuests.Guest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.InstanceType;

/**
 * If this failed, an image that people bring from elsewhere would not become what they asked for: its cloud-init would not take this
 * for EC2, and so there would be no key to log in with, no name, no user data. The guest is Debian 12 without a word of Coppice.
 */
@Tag("full")
class StockDebianTest {
    private static final Duration BUILD = Duration.ofMinutes(15);
    /** The guest takes a minute and a half without hardware virtualization on a machine that does nothing else. */
    private static final Duration BOOT = Duration.ofMinutes(15);

    private static final String BUCKET = "stock";
    private static final String OBJECT = "debian.qcow2";
    private static final String TOLD = """
            #cloud-config
            hostname: stocked
            write_files:
              - path: /etc/told
                content: by user data
            runcmd:
              - [sh, -c, "echo ran > /etc/ran"]
            """;

    private static final String SEEN =
            "cloud-id; cat /run/cloud-init/.instance-id; hostname;" + " cat /etc/told; echo; cat /etc/ran";

    @TempDir
    private Path folder;

    @Test
    void cloudInitMakesOfItWhatWasAskedFor() {
        CloudUnderTest.assumePackaged();
        CloudUnderTest.assumeRealGuests();
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mmdebstrap")), "apt-get install mmdebstrap");
        var made = SourceTree.root().resolve("testing/target/stock-debian");
        var builder = SourceTree.root().resolve("testing/stock-debian/build");
        Command.run(BUILD, Map.of(), List.of(builder.toString(), made.toString()))
                .orFail();
        try (var cloud = CloudUnderTest.up(folder.resolve("cloud"), "--hypervisor", "libvirt", "--network", "flat");
                var ec2 = cloud.ec2();
                var s3 = cloud.s3()) {
            s3.createBucket(request -> request.bucket(BUCKET));
            s3.putObject(request -> request.bucket(BUCKET).key(OBJECT), made.resolve("disk.qcow2"));
            var image = ec2.registerImage(request -> request.name("debian").imageLocation(BUCKET + "/" + OBJECT))
                    .imageId();
            eventually(
                    "the image",
                    BOOT,
                    () -> ec2.describeImages(request -> request.imageIds(image))
                            .images()
                            .getFirst()
                            .stateAsString(),
                    "available"::equals);
            var guests = new RealGuests(folder, ec2).as("debian");
            var guest = guests.start(ec2, image, request -> request.instanceType(InstanceType.M1_MEDIUM)
                    .userData(Base64.getEncoder().encodeToString(TOLD.getBytes(StandardCharsets.UTF_8))));
            // Asked by the console: a login costs a guest that is busy with its first start more than it has.
            eventually(
                    "the end of cloud-init",
                    BOOT,
                    () -> console(ec2, guest),
                    console -> console.contains("finished at"));
            guests.awaitAnswer(guest);
            assertEquals(
                    String.join("\n", "aws", guest.id(), "stocked", "by user data", "ran"),
                    guests.command(guest, SEEN));
        }
    }

    private static String console(Ec2Client ec2, Guest guest) {
        var output = ec2.getConsoleOutput(
                        request -> request.instanceId(guest.id()).latest(true))
                .output();
        return output == null ? "" : new String(Base64.getMimeDecoder().decode(output), StandardCharsets.UTF_8);
    }
}
