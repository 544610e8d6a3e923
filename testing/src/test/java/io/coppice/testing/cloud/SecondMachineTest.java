package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.pki.Pem;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Settings;
import io.coppice.testing.architecture.SourceTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.InstanceType;

/**
 * If this fails, a real guest does not run on a second machine: one with a network, a libvirtd and a data folder of its own
 * that knows no more of the cloud than a join token. Its certificate is made to last two minutes, so that it must have been
 * renewed when the cloud comes back.
 */
@Tag("full")
class SecondMachineTest {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final Duration LIFE = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    private final String machine = "cop2-"
            + HexFormat.of().toHexDigits((short) ThreadLocalRandom.current().nextInt());

    @SuppressWarnings("NullAway.Init")
    private CloudUnderTest cloud;

    /** A namespace with a cable to this machine, on a network for benchmarks (RFC 2544) that nothing else uses. */
    @BeforeEach
    void connectTheMachine() {
        CloudUnderTest.assumePackaged();
        CloudUnderTest.assumeRealGuests();
        var third = ThreadLocalRandom.current().nextInt(1, 255);
        var here = "198.18." + third + ".1";
        ip("netns", "add", machine);
        ip("link", "add", machine, "type", "veth", "peer", "name", "eth0", "netns", machine);
        ip("addr", "add", here + "/24", "dev", machine);
        ip("link", "set", machine, "up");
        ip("-n", machine, "addr", "add", "198.18." + third + ".2/24", "dev", "eth0");
        ip("-n", machine, "link", "set", "eth0", "up");
        ip("-n", machine, "link", "set", "lo", "up");
        ip("-n", machine, "route", "add", "default", "via", here);
        cloud = CloudUnderTest.up(folder.resolve("cloud"), "--listen", here);
        // The guest must run over there, and the certificate end soon.
        cloud.coppice(LIMIT, "down").orFail();
        var data = new DataFolder(cloud.data());
        Settings.load(data)
                .orElseThrow()
                .with(Map.of(
                        Settings.ROLES,
                        "clc,cc,walrus,ebs",
                        "coppice.identity.host-certificate-life",
                        LIFE.toSeconds() + "s"))
                .save(data);
        cloud.upAgain().orFail();
    }

    @AfterEach
    @SuppressWarnings("NullAway")
    void removeEverything() {
        if (cloud != null) {
            there("down", "--all");
            there("reset", "--yes");
            cloud.close();
        }
        Command.run(LIMIT, Map.of(), List.of("ip", "link", "delete", machine));
        Command.run(LIMIT, Map.of(), List.of("ip", "netns", "delete", machine));
    }

    @Test
    void aRealGuestRunsThereAndItsHostOutlivesItsFirstCertificate() throws Exception {
        var token = cloud.coppice(LIMIT, "node-token").orFail().output().strip();
        there("node", "join", token, "--no-install").orFail();
        var first = certificateEnd();
        try (var ec2 = cloud.ec2()) {
            var instance = ec2.runInstances(request -> request.imageId(cloud.sampleImageId())
                            .instanceType(InstanceType.M1_SMALL)
                            .minCount(1)
                            .maxCount(1))
                    .instances()
                    .getFirst()
                    .instanceId();
            eventually(
                    "a running instance",
                    LIMIT,
                    () -> ec2.describeInstances(request -> request.instanceIds(instance))
                            .reservations()
                            .getFirst()
                            .instances()
                            .getFirst()
                            .state()
                            .name(),
                    state -> state == InstanceStateName.RUNNING);
            assertEquals(1, HostProcesses.guests(other()).size(), "the guest's process belongs to the other machine");
            eventually(
                    "the guest's own words",
                    LIMIT,
                    () -> String.valueOf(ec2.getConsoleOutput(request -> request.instanceId(instance))
                            .output()),
                    console -> !console.equals("null") && !console.isBlank());

            eventually("the end of its first certificate", LIMIT, Instant::now, now -> now.isAfter(first));
            assertTrue(certificateEnd().isAfter(first), "the certificate was not renewed");
            cloud.coppice(LIMIT, "down").orFail();
            cloud.upAgain().orFail();
            eventually(
                    "the host back in its zone",
                    LIMIT,
                    () -> cloud.coppice(LIMIT, "status").output(),
                    status -> status.contains("1 of 1 hosts are up"));
            ec2.terminateInstances(request -> request.instanceIds(instance));
            eventually("end of the guest", LIMIT, () -> HostProcesses.guests(other()), Map::isEmpty);
        }
    }

    private Instant certificateEnd() throws IOException {
        var pem = Files.readString(other().resolve("node/pki/certificate.pem"));
        return Pem.decodeCertificates(pem).getFirst().getNotAfter().toInstant();
    }

    private Path other() {
        return folder.resolve("other");
    }

    /** A command on the other machine. */
    private Command.Result there(String command, String... arguments) {
        var line = new ArrayList<>(List.of(
                "ip",
                "netns",
                "exec",
                machine,
                SourceTree.root().resolve("coppice").toString(),
                command));
        line.addAll(List.of(arguments));
        line.addAll(List.of("--data", other().toString()));
        return Command.run(CloudUnderTest.UP_LIMIT, Map.of(), line);
    }

    private static void ip(String... arguments) {
        var line = new ArrayList<>(List.of("ip"));
        line.addAll(List.of(arguments));
        Command.run(LIMIT, Map.of(), line).orFail();
    }
}
