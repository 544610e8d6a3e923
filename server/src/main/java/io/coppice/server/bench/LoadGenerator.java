package io.coppice.server.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * The program that puts load on a cloud's API, as a process of its own so that neither its memory nor its compiler is the
 * cloud's. Clients are virtual threads with a connection each. Writes one JSON object of figures to its standard output
 * and a line per phase to its standard error; what the figures mean stands in {@link ApiFigures}.
 */
public final class LoadGenerator {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);
    private static final Pattern INSTANCE = Pattern.compile("<instanceId>(i-[0-9a-f]{17})</instanceId>");
    private static final Pattern NEXT = Pattern.compile("<nextToken>([^<]+)</nextToken>");
    private static final int PAGE = 1000;
    /**
     * Launches before anything is measured: as many as the server's compilers need to come to rest, so that a server is
     * measured that has been up for a while. Each round's instances end before the next.
     */
    private static final int WARM_UP = 2000;

    private static final int WARM_UP_ROUNDS = 6;
    private static final int WARM_UP_READS = 400;
    private static final int SEQUENTIAL = 300;
    private static final int PARALLEL = 4000;
    private static final int READS = 60;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    /** A default subnet is too small for the load: it goes into one that has room for 65,531. */
    private static final String RANGE = "10.0.0.0/16";

    private static final Pattern VPC = Pattern.compile("<vpcId>(vpc-[0-9a-f]{17})</vpcId>");
    private static final Pattern SUBNET = Pattern.compile("<subnetId>(subnet-[0-9a-f]{17})</subnetId>");

    private final LoadClient.Target target;
    private final String image;
    private final int rows;
    private final boolean inVpc;
    /** What every launch asks for, besides how many. */
    private final Map<String, String> launch = new LinkedHashMap<>();

    private LoadGenerator(LoadClient.Target target, String image, int rows, boolean inVpc) {
        this.target = target;
        this.image = image;
        this.rows = rows;
        this.inVpc = inVpc;
        launch.putAll(Map.of("ImageId", image, "InstanceType", "t1.micro"));
    }

    /**
     * Takes endpoint, region, image, how many instances the large lists have, and the cloud's kind of network; the access key
     * comes in the environment as for other AWS clients.
     */
    public static void main(String[] arguments) throws Exception {
        var environment = System.getenv();
        var target = new LoadClient.Target(
                URI.create(arguments[0]),
                arguments[1],
                environment.getOrDefault("AWS_ACCESS_KEY_ID", ""),
                environment.getOrDefault("AWS_SECRET_ACCESS_KEY", ""));
        var figures = new LoadGenerator(
                        target, arguments[2], Integer.parseInt(arguments[3]), arguments[4].equals("vpc"))
                .run();
        System.out.println(new ObjectMapper().writeValueAsString(figures));
    }

    private Map<String, Double> run() throws Exception {
        var figures = new LinkedHashMap<String, Double>();
        try (var client = new LoadClient(target, ANSWER_LIMIT)) {
            say("signatures");
            figures.put(ApiFigures.SIGNATURE_MICROS, SignatureCost.micros());
            if (inVpc) {
                launch.put("SubnetId", largeSubnet(client));
            }
            warmUp(client);
            say("RunInstances one by one");
            var one = times(SEQUENTIAL, () -> run(client, 1));
            figures.put(ApiFigures.RUN_ONE_BY_ONE, rate(one));
            figures.put(ApiFigures.RUN_P50_MILLIS, one.median());
            say("RunInstances from 8 clients");
            figures.put(ApiFigures.RUN_FROM_8, launch(8, PARALLEL / 4));
            say("RunInstances from 16 clients");
            figures.put(ApiFigures.RUN_FROM_16, launch(16, PARALLEL));
            say("their end");
            endAll(client);
            lists(client, figures);
        }
        return figures;
    }

    private void warmUp(LoadClient client) throws Exception {
        for (int round = 1; round <= WARM_UP_ROUNDS; round++) {
            say("warm-up: " + WARM_UP + " launches and their end, round " + round + " of " + WARM_UP_ROUNDS);
            launch(16, WARM_UP);
            times(WARM_UP_READS, () -> client.call("DescribeInstances", Map.of("MaxResults", "20")));
            endAll(client);
        }
    }

    private void lists(LoadClient client, Map<String, Double> figures) throws Exception {
        say("1,000 instances");
        run(client, PAGE);
        settle(client);
        var id =
                ids(client.call("DescribeInstances", Map.of("MaxResults", "5"))).getFirst();
        var byId = Map.of("InstanceId.1", id);
        figures.put(
                ApiFigures.BY_ID_MILLIS,
                times(READS * 5, () -> client.call("DescribeInstances", byId)).median());
        var thousand = times(READS * 3, () -> alive(client));
        figures.put(ApiFigures.THOUSAND_MILLIS, thousand.median());
        say(rows + " instances");
        for (int made = PAGE; made < rows; made += PAGE) {
            run(client, Math.min(PAGE, rows - made));
        }
        settle(client);
        figures.put(ApiFigures.ALL_ROWS, (double) all(client));
        figures.put(ApiFigures.ALL_SECONDS, times(READS / 6, () -> all(client)).median() / 1000);
        say("a mix of reads at " + ReadMix.PER_SECOND + " requests a second");
        figures.putAll(new ReadMix(target, ANSWER_LIMIT, image, id).run());
        endAll(client);
    }

    private List<String> run(LoadClient client, int count) throws IOException {
        var number = Integer.toString(count);
        var parameters = new LinkedHashMap<>(launch);
        parameters.putAll(Map.of("MinCount", number, "MaxCount", number));
        return ids(client.call("RunInstances", parameters));
    }

    private static String largeSubnet(LoadClient client) throws IOException {
        var vpc = first(VPC, client.call("CreateVpc", Map.of("CidrBlock", RANGE)));
        return first(SUBNET, client.call("CreateSubnet", Map.of("VpcId", vpc, "CidrBlock", RANGE)));
    }

    private static String first(Pattern pattern, String answer) throws IOException {
        var found = pattern.matcher(answer);
        if (!found.find()) {
            throw new IOException("an answer without " + pattern);
        }
        return found.group(1);
    }

    /** Launches from many clients at once; gives how many a second were answered, each committed. */
    private double launch(int clients, int launches) throws IOException, InterruptedException, ExecutionException {
        var left = new AtomicInteger(launches);
        var opened = new ConcurrentLinkedQueue<LoadClient>();
        for (int i = 0; i < clients; i++) {
            opened.add(new LoadClient(target, ANSWER_LIMIT));
        }
        var begun = System.nanoTime();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<Boolean>>();
            for (var client : opened) {
                running.add(executor.submit(() -> {
                    while (left.getAndDecrement() > 0) {
                        run(client, 1);
                    }
                    return true;
                }));
            }
            for (var each : running) {
                each.get();
            }
        }
        var seconds = (System.nanoTime() - begun) / NANOS_PER_SECOND;
        for (var client : opened) {
            client.close();
        }
        return launches / seconds;
    }

    /** All that are not terminated, page after page; gives how many there are. */
    private static int all(LoadClient client) throws IOException {
        var count = 0;
        var token = "";
        do {
            var parameters = new LinkedHashMap<>(Map.of("MaxResults", Integer.toString(PAGE)));
            parameters.putAll(ALIVE);
            if (!token.isEmpty()) {
                parameters.put("NextToken", token);
            }
            var answer = client.call("DescribeInstances", parameters);
            count += ids(answer).size();
            var next = NEXT.matcher(answer);
            token = next.find() ? next.group(1) : "";
        } while (!token.isEmpty());
        return count;
    }

    /** The page of a thousand that are not terminated. */
    private static String alive(LoadClient client) throws IOException {
        return client.call("DescribeInstances", ALIVE);
    }

    private static final Map<String, String> ALIVE = Map.of(
            "Filter.1.Name", "instance-state-name",
            "Filter.1.Value.1", "pending",
            "Filter.1.Value.2", "running");

    /** Waits until every launch has become a running instance, so that reads are measured beside nothing else. */
    private static void settle(LoadClient client) throws IOException, InterruptedException {
        var pending = Map.of("Filter.1.Name", "instance-state-name", "Filter.1.Value.1", "pending", "MaxResults", "5");
        var deadline = System.nanoTime() + Duration.ofMinutes(5).toNanos();
        while (!ids(client.call("DescribeInstances", pending)).isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("instances are still pending after five minutes");
            }
            Thread.sleep(200);
        }
    }

    private static void endAll(LoadClient client) throws IOException, InterruptedException {
        for (var ids = ids(alive(client)); !ids.isEmpty(); ids = ids(alive(client))) {
            var parameters = new LinkedHashMap<String, String>();
            for (int i = 0; i < ids.size(); i++) {
                parameters.put("InstanceId." + (i + 1), ids.get(i));
            }
            client.call("TerminateInstances", parameters);
        }
        var ending = Map.of("Filter.1.Name", "instance-state-name", "Filter.1.Value.1", "shutting-down");
        var deadline = System.nanoTime() + Duration.ofMinutes(5).toNanos();
        while (!ids(client.call("DescribeInstances", ending)).isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(200);
        }
    }

    private static List<String> ids(String answer) {
        return INSTANCE.matcher(answer)
                .results()
                .map(match -> match.group(1))
                .distinct()
                .toList();
    }

    private static Samples times(int count, Callable<?> work) throws Exception {
        var times = new ArrayList<Double>(count);
        for (int i = 0; i < count; i++) {
            var begun = System.nanoTime();
            work.call();
            times.add((System.nanoTime() - begun) / NANOS_PER_MILLI);
        }
        return new Samples(times);
    }

    private static double rate(Samples millis) {
        return 1000
                * millis.sorted().size()
                / millis.sorted().stream().mapToDouble(Double::doubleValue).sum();
    }

    private static void say(String phase) {
        System.err.write(
                (phase + "\n").getBytes(StandardCharsets.UTF_8), 0, phase.getBytes(StandardCharsets.UTF_8).length + 1);
        System.err.flush();
    }
}
