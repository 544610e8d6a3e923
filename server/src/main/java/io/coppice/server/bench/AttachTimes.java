package io.coppice.server.bench;

import io.coppice.server.OperatorException;
import io.coppice.server.process.HostCommand;
import io.coppice.server.process.Waiting;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.ec2.model.VolumeState;

/** How long it takes from AttachVolume until the guest has the device: the guest looks itself, a hundred times a second. */
final class AttachTimes {
    private static final int ROUNDS = 5;
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String KEY = "coppice-bench";
    private static final String WATCH =
            "echo looking; until cat /sys/block/vd*/serial | grep -q %s; do usleep 10000; done;" + " echo seen";

    private final Guests guests;
    private final Path key;

    AttachTimes(Guests guests, Path folder) {
        this.guests = guests;
        this.key = folder.resolve("key");
    }

    /** Launches a guest, measures, and removes what it made. */
    Measurement row() throws IOException {
        var ec2 = guests.ec2();
        HostCommand.run(LIMIT, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString());
        var publicKey = SdkBytes.fromUtf8String(Files.readString(Path.of(key + ".pub")));
        ec2.importKeyPair(request -> request.keyName(KEY).publicKeyMaterial(publicKey));
        var guest = ec2.runInstances(request -> request.imageId(guests.image())
                        .instanceType(Guests.TYPE)
                        .keyName(KEY)
                        .minCount(1)
                        .maxCount(1))
                .instances()
                .getFirst()
                .instanceId();
        var found = guests.find(guest);
        if (!Waiting.until(LIMIT, () -> HostCommand.run(Duration.ofSeconds(10), ssh(found.privateIpAddress(), "true"))
                .succeeded())) {
            throw new OperatorException(guest + " does not answer on SSH", "Look at its console.");
        }
        var volume = ec2.createVolume(
                        request -> request.availabilityZone(found.placement().availabilityZone())
                                .size(1))
                .volumeId();
        await(volume, VolumeState.AVAILABLE);
        var millis = new ArrayList<Double>();
        for (var round = 0; round < ROUNDS; round++) {
            millis.add(attach(guest, found.privateIpAddress(), volume));
            await(volume, VolumeState.IN_USE);
            ec2.detachVolume(request -> request.volumeId(volume));
            await(volume, VolumeState.AVAILABLE);
        }
        guests.remove(List.of(guest));
        ec2.deleteVolume(request -> request.volumeId(volume));
        var samples = new Samples(millis);
        return new Measurement(
                "AttachVolume to the device in the guest",
                samples.median() / 1000,
                "s",
                1,
                0.5,
                String.format(
                        Locale.ROOT,
                        "median of %d, slowest %.0f ms; from the request to the guest's word over an SSH session that waits for it",
                        ROUNDS,
                        samples.quantile(1)));
    }

    private void await(String volume, VolumeState state) {
        var reached = Waiting.until(LIMIT, () -> guests.ec2()
                .describeVolumes(request -> request.volumeIds(volume))
                .volumes()
                .getFirst()
                .state()
                .equals(state));
        if (!reached) {
            throw new OperatorException(volume + " does not become " + state, "Read ebs-controller.log.");
        }
    }

    /** Milliseconds. */
    private double attach(String guest, String address, String volume) throws IOException {
        var watcher = new ProcessBuilder(ssh(address, WATCH.formatted(volume.replace("-", ""))))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var said = new BufferedReader(new InputStreamReader(watcher.getInputStream(), StandardCharsets.UTF_8))) {
            require("looking", said.readLine());
            var begun = System.nanoTime();
            guests.ec2()
                    .attachVolume(request ->
                            request.instanceId(guest).volumeId(volume).device("/dev/sdf"));
            require("seen", said.readLine());
            return (System.nanoTime() - begun) / 1e6;
        } finally {
            watcher.destroy();
        }
    }

    private static void require(String word, @org.jspecify.annotations.Nullable String line) {
        if (!word.equals(line)) {
            throw new OperatorException("the guest did not say \"" + word + "\"", "Look at its console.");
        }
    }

    private String[] ssh(String address, String command) {
        return new String[] {
            "timeout",
            String.valueOf(LIMIT.toSeconds()),
            "ssh",
            "-q",
            "-i",
            key.toString(),
            "-o",
            "BatchMode=yes",
            "-o",
            "ConnectTimeout=3",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "root@" + address,
            command
        };
    }
}
