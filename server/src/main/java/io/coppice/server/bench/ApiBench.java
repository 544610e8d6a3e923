package io.coppice.server.bench;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.server.OperatorException;
import io.coppice.server.cli.Credentials;
import io.coppice.server.cli.Steps;
import io.coppice.server.process.JavaCommand;
import io.coppice.server.settings.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * The table of {@code coppice bench api}: how fast users' requests are decided, committed and answered, beside limits and
 * beside what others publish. Makes a cloud of simulated hosts for it, which pretend to run guests and leave everything
 * above them as it is, and removes it. Bounded; judges nothing.
 */
public final class ApiBench {
    private static final String HOSTS = "120";
    private static final int ROWS = 6000;
    private static final int MOST_OUTPUT = 64 * 1024;
    private static final Duration LIMIT = Duration.ofMinutes(15);
    /** The whole load must fit into one account. */
    private static final Map<String, String> CONFIGURATION = Map.of("COPPICE_COMPUTE_INSTANCE_LIMIT", "20000");

    private static final double TIMES_REACH = 10;
    private static final double TIMES_AIM = 50;

    /** moto 5.2.1's server, in memory, run on two such cores: launches one by one and from 8 threads, a second. */
    private static final double MOTO_RUN = 29;

    private static final double MOTO_RUN_FROM_8 = 48;
    private static final double MOTO_THOUSAND_MILLIS = 3250;
    private static final double MOTO_BY_ID_MILLIS = 24;
    /** OpenNebula 5.12, published: 1,250 hosts and 20,000 VMs on a laptop, 30 requests a second. */
    private static final double OPENNEBULA_ONE_MILLIS = 330;

    private static final double OPENNEBULA_POOL_MILLIS = 6360;
    private static final double OPENNEBULA_VMS = 20_000;
    /** CloudStack 4.20, published: 25,000 VMs listed on two cores of 1.5 GHz. */
    private static final double CLOUDSTACK_LIST_SECONDS = 11.8;

    private static final double CLOUDSTACK_VMS = 25_000;

    private final Steps steps;
    private final String network;

    /**
     * Prepares a measurement.
     *
     * @param network the kind of network that the cloud is raised with, as {@code up --network} takes it
     */
    public ApiBench(Steps steps, String network) {
        this.steps = steps;
        this.network = network;
    }

    /** Measures; a few minutes. */
    public List<Measurement> run() throws Exception {
        try (var cloud = steps.run(
                "a cloud of " + HOSTS + " simulated hosts",
                () -> BenchCloud.temporary(
                        CONFIGURATION, "--hypervisor", "simulated", "--hosts", HOSTS, "--network", network))) {
            return judge(figures(cloud));
        }
    }

    private Map<String, Double> figures(BenchCloud cloud) throws IOException, InterruptedException, ExecutionException {
        var settings = cloud.settings();
        var builder = new ProcessBuilder(JavaCommand.tool(
                LoadGenerator.class.getName(),
                settings.endpointUrl(),
                settings.value(Settings.REGION, "us-east-1"),
                cloud.sampleImage(),
                Integer.toString(ROWS),
                network));
        var credentials = Credentials.read(cloud.folder());
        // In the environment, as for other clients: arguments are for everybody to read.
        builder.environment().put("AWS_ACCESS_KEY_ID", credentials.accessKeyId());
        builder.environment().put("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey());
        var process = builder.start();
        var progress = Thread.startVirtualThread(() -> pass(process));
        var output = new FutureTask<>(() -> process.getInputStream().readNBytes(MOST_OUTPUT));
        Thread.startVirtualThread(output);
        try {
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new OperatorException(
                        "the load generator failed, or took longer than " + LIMIT.toMinutes() + " minutes",
                        "Read its last words above, and logs/cloud-controller.log of " + cloud.folder() + ".");
            }
            progress.join();
            return new ObjectMapper().readValue(output.get(), new TypeReference<Map<String, Double>>() {});
        } finally {
            process.destroyForcibly();
        }
    }

    private void pass(Process process) {
        try (var lines = new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                steps.note(line);
            }
        } catch (IOException e) {
            steps.note("the load generator's progress cannot be read: " + e.getMessage());
        }
    }

    private static List<Measurement> judge(Map<String, Double> figures) {
        var seen = new Figures(figures);
        return List.of(
                Measurement.atLeast(
                        "RunInstances from 16 clients",
                        seen.of(ApiFigures.RUN_FROM_16),
                        "/s",
                        500,
                        1500,
                        "each decided, committed to disk and answered; clients share the machine; hosts work on them meanwhile;"
                                + " after 12,000 launches, as on a server that has been up for a while"),
                new Measurement(
                        "DescribeInstances of 1,000",
                        seen.of(ApiFigures.THOUSAND_MILLIS),
                        "ms",
                        15,
                        5,
                        "p50, one client, the whole answer read"),
                new Measurement(
                        "signature check",
                        seen.of(ApiFigures.SIGNATURE_MICROS),
                        "µs",
                        50,
                        50,
                        "the door's own code on one warm thread: header, key of the day, both hashes"),
                times(
                        "moto: RunInstances one by one",
                        seen.of(ApiFigures.RUN_ONE_BY_ONE) / MOTO_RUN,
                        "%.0f/s, p50 %.1f ms, against 29/s in memory, measured on two such cores earlier"
                                .formatted(seen.of(ApiFigures.RUN_ONE_BY_ONE), seen.of(ApiFigures.RUN_P50_MILLIS))),
                times(
                        "moto: RunInstances from 8 clients",
                        seen.of(ApiFigures.RUN_FROM_8) / MOTO_RUN_FROM_8,
                        "%.0f/s against 48/s in memory, measured on two such cores earlier"
                                .formatted(seen.of(ApiFigures.RUN_FROM_8))),
                times(
                        "moto: DescribeInstances of 1,000",
                        MOTO_THOUSAND_MILLIS / seen.of(ApiFigures.THOUSAND_MILLIS),
                        "%.1f ms against 3.25 s, measured on two such cores earlier"
                                .formatted(seen.of(ApiFigures.THOUSAND_MILLIS))),
                times(
                        "moto: DescribeInstances by id among 1,000",
                        MOTO_BY_ID_MILLIS / seen.of(ApiFigures.BY_ID_MILLIS),
                        "p50 %.2f ms against 24 ms, measured on two such cores earlier"
                                .formatted(seen.of(ApiFigures.BY_ID_MILLIS))),
                openNebulaOne(seen),
                openNebulaPool(seen),
                cloudStack(seen));
    }

    private static Measurement openNebulaOne(Figures seen) {
        return times(
                "OpenNebula: one VM within the mix",
                OPENNEBULA_ONE_MILLIS / seen.of(ApiFigures.MIX_ONE_MILLIS),
                "p50 %.2f ms at %.1f requests/s among %.0f instances; published: 0.33 s at 30/s among 20,000 on a laptop"
                        .formatted(
                                seen.of(ApiFigures.MIX_ONE_MILLIS),
                                seen.of(ApiFigures.MIX_PER_SECOND),
                                seen.of(ApiFigures.ALL_ROWS)));
    }

    private static Measurement openNebulaPool(Figures seen) {
        var perThousand = OPENNEBULA_POOL_MILLIS / OPENNEBULA_VMS * 1000;
        return times(
                "OpenNebula: the VMs within the mix",
                perThousand / seen.of(ApiFigures.MIX_POOL_MILLIS),
                "by the VM: p50 %.1f ms for a page of 1,000; published: 6.36 s for 20,000, so %.0f ms for 1,000"
                        .formatted(seen.of(ApiFigures.MIX_POOL_MILLIS), perThousand));
    }

    private static Measurement cloudStack(Figures seen) {
        var rows = seen.of(ApiFigures.ALL_ROWS);
        var published = CLOUDSTACK_LIST_SECONDS / CLOUDSTACK_VMS * rows;
        return times(
                "CloudStack: the list of all VMs",
                published / seen.of(ApiFigures.ALL_SECONDS),
                "by the VM: %.2f s for %.0f in pages of 1,000; published: 11.8 s for 25,000, so %.2f s for as many"
                        .formatted(seen.of(ApiFigures.ALL_SECONDS), rows, published));
    }

    private static Measurement times(String what, double ratio, String note) {
        return Measurement.atLeast(what, ratio, "×", TIMES_REACH, TIMES_AIM, note);
    }

    private record Figures(Map<String, Double> values) {
        double of(String name) {
            var value = values.get(name);
            if (value == null) {
                throw new IllegalStateException("the load generator did not tell " + name);
            }
            return value;
        }
    }
}
