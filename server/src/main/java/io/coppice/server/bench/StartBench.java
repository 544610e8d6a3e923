package io.coppice.server.bench;

import io.coppice.server.OperatorException;
import io.coppice.server.cli.Steps;
import io.coppice.server.process.HostCommand;
import io.coppice.server.process.JavaCommand;
import io.coppice.server.process.UserCache;
import io.coppice.server.process.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * The table of {@code coppice bench start}: measures one cloud with the tools a user has, prints a line per sample, and
 * judges nothing. Bounded: every wait has a limit. Leaves no instance behind.
 */
public final class StartBench {
    private static final int RESTARTS = 3;
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final int WARM_UP_CALLS = 10;
    private static final int CALLS = 30;
    /** Calls after which the server is no longer young: its hot code is compiled. */
    private static final int YOUTH_CALLS = 160;

    private static final int LAUNCHES = 5;
    private static final int PAIRS = 3;
    private static final Duration GUEST_LIMIT = Duration.ofMinutes(3);
    private static final double MILLIS = 1000;

    private final Steps steps;

    public StartBench(Steps steps) {
        this.steps = steps;
    }

    /** Measures these sections on the cloud in {@code named}, or on one made for it. */
    public List<Measurement> run(Optional<io.coppice.server.settings.DataFolder> named, List<Section> sections)
            throws Exception {
        var results = new ArrayList<Measurement>();
        if (sections.stream().anyMatch(section -> section != Section.api)) {
            try (var cloud = steps.run(
                    "a cloud to measure",
                    () -> named.isPresent() ? BenchCloud.present(named.get()) : BenchCloud.temporary())) {
                for (var section : sections) {
                    measure(section, cloud).ifPresent(results::add);
                }
            }
        }
        if (sections.contains(Section.api)) {
            try (var cloud = steps.run(
                    "a cloud of simulated hosts",
                    () -> BenchCloud.temporary("--hypervisor", "simulated", "--hosts", "20"))) {
                results.add(answers(cloud));
            }
        }
        return List.copyOf(results);
    }

    private Optional<Measurement> measure(Section section, BenchCloud cloud) throws IOException {
        var real = !cloud.settings().simulated();
        if (!real && (section == Section.launch || section == Section.ssh)) {
            steps.note(section + ": skipped, this cloud's hosts are simulated");
            return Optional.empty();
        }
        return switch (section) {
            case start -> Optional.of(start(cloud));
            case memory -> Optional.of(memory(cloud));
            case launch -> Optional.of(launch(cloud));
            case ssh -> Optional.of(ssh(cloud));
            case api -> Optional.empty();
        };
    }

    private Measurement start(BenchCloud cloud) {
        var times = samples("warm up", RESTARTS, "s", 1, run -> {
            cloud.command("down");
            return cloud.command("up", "--no-install").toMillis() / MILLIS;
        });
        var cache = Files.isReadable(JavaCommand.aotCache()) ? "with AOT cache" : "WITHOUT an AOT cache (none yet)";
        return new Measurement(
                "warm up to ready",
                times.median(),
                "s",
                8,
                3,
                "median of " + RESTARTS + ", whole command, PostgreSQL's start included, guests go on; " + cache);
    }

    private Measurement memory(BenchCloud cloud) {
        steps.note("memory: idle for " + IDLE.toSeconds() + " s");
        // Nothing to wait for: being idle is the point.
        Waiting.until(IDLE, () -> false);
        var resident = ProcessTable.residentMb(cloud.pid());
        return new Measurement(
                "idle RSS of the server", resident, "MB", 350, 220, "every role in one JVM, without PostgreSQL");
    }

    private Measurement answers(BenchCloud cloud) {
        try (var ec2 = cloud.ec2()) {
            var guests = new Guests(ec2, cloud.sampleImage());
            answerTimes(guests, WARM_UP_CALLS);
            var young = answerTimes(guests, CALLS);
            answerTimes(guests, YOUTH_CALLS);
            var times = answerTimes(guests, CALLS);
            return new Measurement(
                    "RunInstances answered",
                    times.median(),
                    "ms",
                    20,
                    5,
                    ("p50 of %d calls one after another, p99 %.1f ms, after %d; right after a start, after %d: p50 %.1f ms,"
                                    + " p99 %.1f ms; AWS SDK's signing and parsing, keep-alive, commit to disk included")
                            .formatted(
                                    CALLS,
                                    times.quantile(0.99),
                                    WARM_UP_CALLS + CALLS + YOUTH_CALLS,
                                    WARM_UP_CALLS,
                                    young.median(),
                                    young.quantile(0.99)));
        }
    }

    /** Milliseconds until so many launches were answered, each; their instances are removed after the last. */
    private static Samples answerTimes(Guests guests, int calls) {
        var ids = new ArrayList<String>();
        var times = new ArrayList<Double>();
        for (int i = 0; i < calls; i++) {
            var begun = System.nanoTime();
            ids.add(guests.launch());
            times.add((System.nanoTime() - begun) / 1e6);
        }
        guests.remove(ids);
        return new Samples(times);
    }

    private Measurement launch(BenchCloud cloud) {
        try (var ec2 = cloud.ec2()) {
            var guests = new Guests(ec2, cloud.sampleImage());
            // The first launch brings the image into the host's cache.
            var first = guests.launch();
            guests.awaitState(first, "running");
            guests.remove(List.of(first));
            var times = samples("accepted to QEMU started", LAUNCHES, "ms", MILLIS, run -> {
                var id = guests.launch();
                var accepted = ProcessTable.uptimeSeconds();
                Waiting.until(GUEST_LIMIT, () -> ProcessTable.qemuStart(id).isPresent());
                var started = ProcessTable.qemuStart(id);
                guests.awaitState(id, "running");
                guests.remove(List.of(id));
                return started.orElseThrow(() -> new OperatorException(
                                "QEMU of " + id + " was not seen", "Read node-controller.log (coppice logs)."))
                        - accepted;
            });
            return new Measurement(
                    "RunInstances accepted to QEMU started",
                    times.median() * MILLIS,
                    "ms",
                    500,
                    150,
                    "median of " + LAUNCHES
                            + ", image cached; from the answer to the process's start time in /proc, to 10 ms");
        }
    }

    private Measurement ssh(BenchCloud cloud) {
        var image = UserCache.folder().resolve("sample-image");
        try (var ec2 = cloud.ec2()) {
            var guests = new Guests(ec2, cloud.sampleImage());
            var groups = cloud.settings().vpcs() ? new String[] {guests.groupForShell()} : new String[0];
            var byHand = new ArrayList<Double>();
            var byCloud = samples("RunInstances to SSH", PAIRS, "s", 1, run -> {
                byHand.add(steps(() -> ByHand.secondsToSsh(image)));
                return secondsToSsh(guests, groups);
            });
            List.of(groups).forEach(guests::removeGroup);
            var peer = new Samples(byHand).median();
            return new Measurement(
                    "RunInstances to SSH, against QEMU by hand",
                    byCloud.median() / peer,
                    "×",
                    1.3,
                    1.1,
                    "medians of %d interleaved pairs: %.2f s, by hand %.2f s from the start of QEMU (same image, memory and processor model, always TCG; own network, key and metadata); SSH's first answer"
                            .formatted(PAIRS, byCloud.median(), peer));
        }
    }

    private double steps(java.util.function.DoubleSupplier work) {
        var value = work.getAsDouble();
        steps.note("QEMU by hand to SSH: %.2f s".formatted(value));
        return value;
    }

    /** By its public address in a VPC, whose group must let one in; else by the only one that it has. */
    private static double secondsToSsh(Guests guests, String... groups) {
        var begun = System.nanoTime();
        var id = guests.launch(groups);
        var instance = guests.find(id);
        var address = groups.length == 0 ? instance.privateIpAddress() : instance.publicIpAddress();
        var answered = Waiting.until(GUEST_LIMIT, () -> HostCommand.run(
                        Duration.ofSeconds(10),
                        Map.of(),
                        "",
                        List.of("ssh-keyscan", "-T", "2", "-t", "ed25519", address))
                .output()
                .contains("ssh-ed25519"));
        var seconds = (System.nanoTime() - begun) / 1e9;
        guests.remove(List.of(id));
        if (!answered) {
            throw new OperatorException(
                    id + " did not answer on SSH", "Look at its console (get-console-output), and coppice doctor.");
        }
        return seconds;
    }

    /** Takes so many samples, telling each as it comes. */
    private Samples samples(String what, int count, String unit, double factor, ToDoubleFunction<Integer> measure) {
        var values = new ArrayList<Double>();
        for (int run = 0; run < count; run++) {
            var value = measure.applyAsDouble(run);
            values.add(value);
            steps.note("%s %d/%d: %.2f %s".formatted(what, run + 1, count, value * factor, unit));
        }
        return new Samples(values);
    }
}
