package io.coppice.server.bench.net;

import io.coppice.foundation.id.InstanceId;
import io.coppice.server.OperatorException;
import io.coppice.server.bench.BenchFolder;
import io.coppice.server.bench.Measurement;
import io.coppice.server.bench.Samples;
import io.coppice.server.bench.net.NetLab.Guest;
import io.coppice.server.cli.Steps;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;

/**
 * The table of {@code coppice bench net}: what VPCs cost packets, against the same bridges and cables without them in the same run,
 * and how soon a host follows changes. Runs the Node Controller's network engine for two hosts that are namespaces of this machine,
 * without a cloud around it. Bounded; leaves nothing behind; judges nothing.
 */
public final class NetBench {
    private static final int ROUNDS = 5;
    private static final String SECONDS = "2";
    private static final String TRIPS = "20000";
    private static final int PORT = 5001;
    private static final int MANY = 1_000;
    private static final int REPEATS = 21;
    private static final int MOVES = 7;
    private static final double RATIO_REACH = 0.8;
    private static final double RATIO_AIM = 0.95;

    private final Steps steps;

    public NetBench(Steps steps) {
        this.steps = steps;
    }

    /** Measures; a minute or two. Throws {@link OperatorException} unless it is run by root. */
    public List<Measurement> run() throws Exception {
        if (!"root".equals(System.getProperty("user.name"))) {
            throw new OperatorException(
                    "networks cannot be made by " + System.getProperty("user.name"), "Run it as root.");
        }
        BenchFolder.require("nft", "nftables");
        BenchFolder.require("dnsmasq", "dnsmasq-base");
        BenchFolder.require("conntrack", "conntrack");
        BenchFolder.require("arping", "iputils-arping");
        var results = new ArrayList<Measurement>();
        try (var lab = steps.run("two hosts in namespaces", NetLab::open)) {
            for (var host : lab.hosts()) {
                host.engine().apply(BenchVpc.make());
            }
            var guests = List.of(
                    lab.guest(lab.hosts().getFirst(), BenchVpc.endpoint(1)),
                    lab.guest(lab.hosts().getLast(), BenchVpc.endpoint(2)));
            lab.tellLocations(guests);
            results.addAll(steps.run("packets between hosts", () -> packets(lab, guests)));
            results.add(steps.run("an elastic address moves", () -> moves(lab, guests)));
            results.addAll(steps.run(MANY + " interfaces on a host", () -> rules(lab)));
        }
        return List.copyOf(results);
    }

    private List<Measurement> packets(NetLab lab, List<Guest> guests) throws IOException {
        var near = lab.plain(lab.hosts().getFirst(), "192.0.2.1");
        var far = lab.plain(lab.hosts().getLast(), "192.0.2.2");
        lab.serve(far, PORT, "plain");
        lab.serve(guests.getLast().space(), PORT, "second");
        lab.serve(guests.getFirst().space(), PORT, "first");
        var port = Integer.toString(PORT);
        var target = guests.getLast().endpoint().getPrivateIpv4();
        var ratios = new ArrayList<Double>();
        var added = new ArrayList<Double>();
        for (var round = 0; round < ROUNDS; round++) {
            var plain = lab.ask(near, "rate", "192.0.2.2", port, SECONDS);
            var inside = lab.ask(guests.getFirst().space(), "rate", target, port, SECONDS);
            ratios.add(inside / plain);
            var plainTrip = lab.ask(near, "trips", "192.0.2.2", port, TRIPS);
            var insideTrip = lab.ask(guests.getFirst().space(), "trips", target, port, TRIPS);
            added.add((insideTrip - plainTrip) / 2);
            steps.note(String.format(
                    Locale.ROOT,
                    "round %d of %d: %.2f of %.2f Gbit/s, round trips %.0f and %.0f µs",
                    round + 1,
                    ROUNDS,
                    inside * 8 / 1e9,
                    plain * 8 / 1e9,
                    insideTrip,
                    plainTrip));
        }
        return List.of(
                Measurement.atLeast(
                        "TCP between hosts, of the path without VPC",
                        new Samples(ratios).median(),
                        "×",
                        RATIO_REACH,
                        RATIO_AIM,
                        "median of %d interleaved rounds of one stream: VXLAN, guards, groups by reference; the same bridges and cables without"
                                .formatted(ROUNDS)),
                new Measurement(
                        "latency that a VPC adds, one way",
                        new Samples(added).median(),
                        "µs",
                        50,
                        20,
                        "half of what the median round trip of one byte is longer; median of %d rounds"
                                .formatted(ROUNDS)));
    }

    private Measurement moves(NetLab lab, List<Guest> guests) throws Exception {
        var watcher = lab.start(lab.internet(), "watch", NetLab.ELASTIC, Integer.toString(PORT));
        var took = new ArrayList<Double>();
        try (var seen = watcher.inputReader()) {
            var owner = guests.getFirst();
            give(owner);
            awaitAnswer(seen, "first");
            for (var move = 0; move < MOVES; move++) {
                var next = owner == guests.getFirst() ? guests.getLast() : guests.getFirst();
                var begun = Instant.now();
                // Each host follows by itself.
                var before = owner;
                var leaving = new FutureTask<>(() -> {
                    take(before);
                    return true;
                });
                Thread.ofVirtual().start(leaving);
                give(next);
                var answered = awaitAnswer(seen, next == guests.getFirst() ? "first" : "second");
                took.add((answered - micros(begun)) / 1e3);
                leaving.get();
                owner = next;
            }
            take(owner);
        }
        var samples = new Samples(took);
        return new Measurement(
                "elastic address effective on another host",
                samples.median(),
                "ms",
                300,
                100,
                String.format(
                        Locale.ROOT,
                        "the hosts' part: from both wishes to the answer of the new guest; median of %d, slowest %.0f ms",
                        MOVES,
                        samples.quantile(1)));
    }

    private static void give(Guest guest) throws IOException {
        var endpoint = BenchVpc.withPublic(guest.endpoint(), NetLab.ELASTIC);
        guest.host().engine().ensure(guest.instance(), List.of(endpoint));
    }

    private static void take(Guest guest) throws IOException {
        guest.host().engine().ensure(guest.instance(), List.of(guest.endpoint()));
    }

    /** When the guest of this name answered, µs since 1970. */
    private static double awaitAnswer(BufferedReader seen, String who) throws IOException {
        for (var line = seen.readLine(); line != null; line = seen.readLine()) {
            var space = line.indexOf(' ');
            if (line.substring(space + 1).equals(who)) {
                return Double.parseDouble(line.substring(0, space));
            }
        }
        throw new IOException("nobody watches the elastic address any more");
    }

    private static double micros(Instant time) {
        return time.getEpochSecond() * 1e6 + time.getNano() / 1e3;
    }

    private static List<Measurement> rules(NetLab lab) throws IOException {
        var host = lab.hosts().getFirst();
        var engine = host.engine();
        var many = IntStream.range(0, MANY)
                .mapToObj(number -> BenchVpc.endpoint(10 + number))
                .toList();
        var crowd = InstanceId.random();
        engine.ensure(crowd, many);
        var rules = lab.rulesOfVpc(host);
        var whole = new ArrayList<Double>();
        var one = new ArrayList<Double>();
        for (var repeat = 0; repeat < REPEATS; repeat++) {
            whole.add(millis(() -> lab.applyInVpc(host, rules)));
            var newcomer = InstanceId.random();
            var endpoint = BenchVpc.endpoint(10 + MANY + repeat);
            one.add(millis(() -> engine.ensure(newcomer, List.of(endpoint))));
        }
        return List.of(
                new Measurement(
                        "rules of %,d interfaces of a host made anew".formatted(MANY),
                        new Samples(whole).median(),
                        "ms",
                        100,
                        50,
                        "one transaction of nft, the start of the program included; median of " + REPEATS),
                new Measurement(
                        "one more interface beside %,d".formatted(MANY),
                        new Samples(one).median(),
                        "ms",
                        30,
                        15,
                        "rules, addresses, neighbours, names and the file that keeps it; median of " + REPEATS));
    }

    private static double millis(Work work) throws IOException {
        var begun = System.nanoTime();
        work.run();
        return (System.nanoTime() - begun) / 1e6;
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }
}
