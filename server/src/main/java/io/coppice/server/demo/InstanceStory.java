package io.coppice.server.demo;

import io.coppice.server.cli.Steps;
import io.coppice.server.process.HostCommand;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceType;
import software.amazon.awssdk.services.ec2.model.ResourceType;

/** Two instances through their whole life, looked at from outside by the API and from inside by SSH. */
final class InstanceStory {
    private static final Duration STATE_LIMIT = Duration.ofMinutes(3);
    private static final Duration CONSOLE_LIMIT = Duration.ofMinutes(2);

    private final Steps steps;
    private final Ec2Client ec2;
    private final String name;
    private final Demo.Cloud cloud;
    private final Path work;
    private final Deque<Runnable> cleanUps;

    InstanceStory(Steps steps, Ec2Client ec2, String name, Demo.Cloud cloud, Path work, Deque<Runnable> cleanUps) {
        this.steps = steps;
        this.ec2 = ec2;
        this.name = name;
        this.cloud = cloud;
        this.work = work;
        this.cleanUps = cleanUps;
    }

    void run(String imageId) throws Exception {
        var shell = new GuestShell(work);
        importKey(shell);
        var network = new NetworkStory(steps, ec2, name, cleanUps);
        var groups = cloud.vpcs() ? List.of(network.groupForShell()) : List.<String>of();
        var ids = steps.run("run two instances", () -> launch(imageId, groups));
        cleanUps.push(() -> terminate(ids));
        step("both running", () -> awaitState(ids, "running"));
        step(
                "addresses given",
                () -> ids.forEach(id -> Expect.that(
                        Optional.ofNullable(find(id).privateIpAddress()).isPresent(), id + " has no address")));
        if (cloud.simulated()) {
            steps.note("simulated guests: SSH and what a guest writes to its console are skipped");
        } else {
            lookInside(shell, ids);
        }
        reboot(shell, ids.getFirst());
        step("stop one", () -> {
            ec2.stopInstances(request -> request.instanceIds(ids.getFirst()));
            awaitState(ids.subList(0, 1), "stopped");
        });
        step("start it again", () -> {
            ec2.startInstances(request -> request.instanceIds(ids.getFirst()));
            awaitState(ids.subList(0, 1), "running");
        });
        if (!cloud.simulated()) {
            step("log in after the start", () -> shell.awaitLogin(address(ids.getFirst())));
            if (cloud.vpcs()) {
                network.moveAddress(shell, ids);
            }
        }
        step("terminate both", () -> terminate(ids));
        cleanUps.pop();
    }

    private void importKey(GuestShell shell) throws Exception {
        step("import a key", () -> {
            var key = SdkBytes.fromUtf8String(shell.makeKey());
            ec2.importKeyPair(request -> request.keyName(name).publicKeyMaterial(key));
        });
        cleanUps.push(() -> ec2.deleteKeyPair(request -> request.keyName(name)));
    }

    private List<String> launch(String imageId, List<String> groups) {
        var script = "#!/bin/sh\necho user-data-of-" + name + " ran\n";
        var answer = ec2.runInstances(request -> request.imageId(imageId)
                .instanceType(InstanceType.M1_SMALL)
                .keyName(name)
                .securityGroupIds(groups)
                .minCount(2)
                .maxCount(2)
                .userData(Base64.getEncoder().encodeToString(script.getBytes(StandardCharsets.UTF_8)))
                .tagSpecifications(tags -> tags.resourceType(ResourceType.INSTANCE)
                        .tags(tag -> tag.key("Name").value(name))));
        Expect.that(answer.instances().size() == 2, "asked for two instances, got " + answer.instances());
        return answer.instances().stream().map(Instance::instanceId).toList();
    }

    private void lookInside(GuestShell shell, List<String> ids) throws Exception {
        for (var id : ids) {
            step("log in to " + id, () -> shell.awaitLogin(address(id)));
        }
        step("the guest knows its own id", () -> {
            var seen = shell.run(address(ids.getFirst()), GuestShell.WHO_AM_I);
            Expect.that(seen.contains(ids.getFirst()), "the metadata service told the guest \"" + seen.strip() + "\"");
        });
        step(
                "the console shows boot and user-data",
                () -> Expect.eventually("console with boot text and user-data", CONSOLE_LIMIT, true, () -> {
                    var text = console(ids.getFirst());
                    return text.contains("coppice:") && text.contains("user-data-of-" + name + " ran");
                }));
    }

    private void reboot(GuestShell shell, String id) throws Exception {
        if (cloud.simulated()) {
            step("reboot one", () -> {
                ec2.rebootInstances(request -> request.instanceIds(id));
                awaitState(List.of(id), "running");
            });
            return;
        }
        step("reboot one, log in again", () -> {
            var before = shell.bootId(address(id));
            ec2.rebootInstances(request -> request.instanceIds(id));
            Expect.eventually("another boot of " + id, STATE_LIMIT, true, () -> {
                var now = shell.tryBootId(address(id));
                return now.isPresent() && !now.get().equals(before);
            });
        });
    }

    private void terminate(List<String> ids) {
        ec2.terminateInstances(request -> request.instanceIds(ids));
        awaitState(ids, "terminated");
    }

    private void awaitState(List<String> ids, String state) {
        for (var id : ids) {
            Expect.eventually(
                    "instance " + id, STATE_LIMIT, state, () -> find(id).state().nameAsString());
        }
    }

    private Instance find(String id) {
        return ec2.describeInstances(request -> request.instanceIds(id))
                .reservations()
                .getFirst()
                .instances()
                .getFirst();
    }

    /** Where this machine reaches the instance. */
    private String address(String id) {
        var instance = find(id);
        return cloud.vpcs() ? instance.publicIpAddress() : instance.privateIpAddress();
    }

    private String console(String id) {
        var output = ec2.getConsoleOutput(request -> request.instanceId(id)).output();
        return output == null ? "" : new String(Base64.getMimeDecoder().decode(output), StandardCharsets.UTF_8);
    }

    private void step(String title, ThrowingRunnable work) throws Exception {
        steps.run(title, () -> {
            work.run();
            return true;
        });
    }

    @FunctionalInterface
    private interface ThrowingRunnable {
        void run() throws Exception;
    }

    /** SSH with a key pair of its own and host keys that are not remembered: guests come and go at the same addresses. */
    static final class GuestShell {
        private static final Duration LOGIN_LIMIT = Duration.ofMinutes(3);
        private static final Duration COMMAND_LIMIT = Duration.ofSeconds(30);
        /** Asks the guest for its own id, which it has from the metadata service. */
        static final String WHO_AM_I = "timeout 10 wget -qO- http://169.254.169.254/latest/meta-data/instance-id";

        private static final String BOOT_ID = "cat /proc/sys/kernel/random/boot_id";

        private final Path key;

        GuestShell(Path folder) {
            this.key = folder.resolve("key");
        }

        /** Makes the key pair and returns the public key's line. */
        String makeKey() throws java.io.IOException {
            var made = HostCommand.run(
                    COMMAND_LIMIT, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "demo", "-f", key.toString());
            Expect.that(made.succeeded(), "ssh-keygen: " + made.lastLine());
            return Files.readString(Path.of(key + ".pub"));
        }

        void awaitLogin(String address) {
            Expect.eventually("login at " + address, LOGIN_LIMIT, true, () -> tryBootId(address)
                    .isPresent());
        }

        String bootId(String address) {
            return run(address, BOOT_ID);
        }

        Optional<String> tryBootId(String address) {
            return tryRun(address, BOOT_ID);
        }

        Optional<String> tryRun(String address, String command) {
            return tryRun(address, command, COMMAND_LIMIT);
        }

        /** The output, empty when the command did not succeed within the limit. */
        Optional<String> tryRun(String address, String command, Duration limit) {
            var result = ssh(address, command, limit);
            return result.succeeded() ? Optional.of(result.output().strip()) : Optional.empty();
        }

        String run(String address, String command) {
            var result = ssh(address, command, COMMAND_LIMIT);
            Expect.that(result.succeeded(), "ssh " + address + ": " + result.lastLine());
            return result.output().strip();
        }

        private HostCommand.Result ssh(String address, String command, Duration limit) {
            return HostCommand.run(
                    limit,
                    "ssh",
                    "-q",
                    "-F",
                    "/dev/null",
                    "-i",
                    key.toString(),
                    "-o",
                    "IdentitiesOnly=yes",
                    "-o",
                    "BatchMode=yes",
                    "-o",
                    "StrictHostKeyChecking=no",
                    "-o",
                    "UserKnownHostsFile=/dev/null",
                    "-o",
                    "ConnectTimeout=3",
                    "root@" + address,
                    command);
        }
    }
}
