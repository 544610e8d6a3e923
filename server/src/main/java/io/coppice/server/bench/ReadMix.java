package io.coppice.server.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The load of OpenNebula's published scalability test: 30 requests a second, 30 % of them for one host, 20 % for the hosts,
 * 30 % for one VM and 20 % for the VMs. EC2 shows no hosts to its users, so one image and the list of instance types, two
 * other reads, stand for those. Requests begin when their time has come, whether or not earlier ones have ended.
 */
final class ReadMix {
    static final int PER_SECOND = 30;
    private static final int SECONDS = 20;
    private static final int CLIENTS = 16;
    private static final long SEED = 30;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final Map<String, String> POOL = Map.of("MaxResults", "1000");

    private final LoadClient.Target target;
    private final Duration limit;
    private final String image;
    private final String instance;

    private record Timed(Kind kind, double millis) {}

    private enum Kind {
        HOST(30),
        HOSTS(20),
        ONE(30),
        POOL(20);

        private final int percent;

        Kind(int percent) {
            this.percent = percent;
        }

        static Kind draw(Random random) {
            var number = random.nextInt(100);
            for (var kind : values()) {
                number -= kind.percent;
                if (number < 0) {
                    return kind;
                }
            }
            return POOL;
        }
    }

    ReadMix(LoadClient.Target target, Duration limit, String image, String instance) {
        this.target = target;
        this.limit = limit;
        this.image = image;
        this.instance = instance;
    }

    Map<String, Double> run() throws IOException, InterruptedException, ExecutionException {
        var clients = new java.util.concurrent.ArrayBlockingQueue<LoadClient>(CLIENTS);
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new LoadClient(target, limit));
        }
        var random = new Random(SEED);
        var running = new ArrayList<Future<Timed>>();
        var begun = System.nanoTime();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < PER_SECOND * SECONDS; i++) {
                var due = begun
                        + Duration.ofSeconds(1)
                                .multipliedBy(i)
                                .dividedBy(PER_SECOND)
                                .toNanos();
                Thread.sleep(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
                running.add(executor.submit(timed(Kind.draw(random), clients, due)));
            }
        }
        var seconds = (System.nanoTime() - begun) / 1e9;
        var all = new ArrayList<Timed>();
        for (var each : running) {
            all.add(each.get());
        }
        for (var client : clients) {
            client.close();
        }
        return Map.of(
                ApiFigures.MIX_ONE_MILLIS, median(all, Kind.ONE),
                ApiFigures.MIX_POOL_MILLIS, median(all, Kind.POOL),
                ApiFigures.MIX_PER_SECOND, all.size() / seconds);
    }

    /** Counts from when the request was due, so that waiting for a free connection is not forgotten. */
    private Callable<Timed> timed(Kind kind, java.util.concurrent.BlockingQueue<LoadClient> clients, long due) {
        return () -> {
            var client = clients.take();
            try {
                call(client, kind);
                return new Timed(kind, (System.nanoTime() - due) / NANOS_PER_MILLI);
            } finally {
                clients.put(client);
            }
        };
    }

    private void call(LoadClient client, Kind kind) throws IOException {
        switch (kind) {
            case HOST -> client.call("DescribeImages", Map.of("ImageId.1", image));
            case HOSTS -> client.call("DescribeInstanceTypes", Map.of());
            case ONE -> client.call("DescribeInstances", Map.of("InstanceId.1", instance));
            case POOL -> client.call("DescribeInstances", POOL);
        }
    }

    private static double median(List<Timed> all, Kind kind) {
        return new Samples(all.stream()
                        .filter(each -> each.kind() == kind)
                        .map(Timed::millis)
                        .toList())
                .median();
    }
}
