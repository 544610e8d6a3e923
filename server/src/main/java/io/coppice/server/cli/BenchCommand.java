package io.coppice.server.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.foundation.role.NetworkMode;
import io.coppice.server.bench.ApiBench;
import io.coppice.server.bench.ColdImageBench;
import io.coppice.server.bench.DhcpBench;
import io.coppice.server.bench.Measurement;
import io.coppice.server.bench.Section;
import io.coppice.server.bench.StartBench;
import io.coppice.server.bench.net.NetBench;
import io.coppice.server.bench.s3.S3Bench;
import io.coppice.server.bench.volume.VolumeBench;
import io.coppice.server.settings.DataFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures. Its numbers are printed, never asserted. */
@Command(
        name = "bench",
        description = "Measure a cloud and print the numbers beside their limits.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./coppice bench start                      a cloud is made for it and removed",
            "  ./coppice bench start --data /srv/cloud2   restarts that cloud's control plane; guests go on",
            "  ./coppice bench start --only launch,ssh --output json",
            "  ./coppice bench api                        a cloud of simulated hosts is made for it and removed",
            "  ./coppice bench s3 --rounds 3 --peers radosgw,nginx",
            "  ./coppice bench net                        hosts in namespaces, and a cloud with guests; needs root",
            "  ./coppice bench volumes                    storage daemons, and as root clouds, are made for it and removed",
            "",
            "Exit codes: 0 measured, whatever the numbers; 1 something could not be measured."
        })
final class BenchCommand extends CloudCommand {
    @Parameters(
            paramLabel = "WHAT",
            defaultValue = "start",
            description = {
                "start: from the start of a cloud to the SSH of its guests (default);",
                "api: how fast requests are decided, committed and answered;",
                "net: what VPCs cost packets and how soon hosts follow changes; needs root;",
                "s3: Walrus beside radosgw, s3proxy and nginx, as far as they are installed;",
                "volumes: snapshots of a busy volume, NBD beside the file that it serves, a cold image's start, AttachVolume."
            })
    private Bench bench = Bench.start;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "PART",
            description = "Some parts of start only: ${COMPLETION-CANDIDATES}. Default: all.")
    private List<Section> only = List.of(Section.values());

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            description = "start, api, net, volumes: text or json. s3 is a table of text.",
            defaultValue = "text")
    private OutputFormat output = OutputFormat.text;

    @Option(names = "--rounds", paramLabel = "N", description = "s3: rounds of every peer.", defaultValue = "3")
    private int rounds = 3;

    @Option(names = "--seconds", paramLabel = "N", description = "s3: measured for each row.", defaultValue = "6")
    private int seconds = 6;

    @Option(names = "--warm-up", paramLabel = "N", description = "s3: seconds before each row.", defaultValue = "4")
    private int warmUp = 4;

    @Option(
            names = "--peers",
            split = ",",
            paramLabel = "PEER",
            description = "s3: what Walrus is measured beside: radosgw, s3proxy, nginx. Default: all.")
    private List<String> peers = List.of("radosgw", "s3proxy", "nginx");

    @Option(
            names = "--network",
            paramLabel = "MODE",
            description = "api: the network of the cloud, vpc or flat. Default: vpc.",
            defaultValue = "vpc")
    private NetworkMode network = NetworkMode.VPC;

    /** What there is to measure; the constants are what one types. */
    enum Bench {
        start,
        api,
        net,
        s3,
        volumes
    }

    @Override
    public Integer call() throws Exception {
        // With JSON on standard output, progress goes where it does not disturb.
        var progress = output == OutputFormat.json ? new PrintWriter(System.err, true, StandardCharsets.UTF_8) : out();
        var named = cloud.argument().isEmpty() ? Optional.<DataFolder>empty() : Optional.of(folder());
        switch (bench) {
            case start -> tell(new StartBench(new Steps(progress)).run(named, only));
            case api -> tell(new ApiBench(new Steps(progress), network.name().toLowerCase(Locale.ROOT)).run());
            case net -> tell(networks(new Steps(progress)));
            case volumes -> tell(volumes(new Steps(progress)));
            case s3 -> new S3Bench(new Steps(progress), out()).run(new S3Bench.Extent(rounds, seconds, warmUp, peers));
        }
        return 0;
    }

    private static List<Measurement> networks(Steps steps) throws Exception {
        var results = new ArrayList<>(new NetBench(steps).run());
        results.add(new DhcpBench(steps).run());
        return results;
    }

    private static List<Measurement> volumes(Steps steps) throws Exception {
        var results = new ArrayList<>(new VolumeBench(steps).run());
        if (System.getProperty("user.name").equals("root")) {
            results.addAll(new ColdImageBench(steps).run());
        } else {
            steps.note("a cold image, and AttachVolume: skipped, guests need root");
        }
        return results;
    }

    private void tell(List<Measurement> results) throws IOException {
        if (output == OutputFormat.json) {
            printJson(results);
        } else {
            print(results);
        }
    }

    private void printJson(List<Measurement> results) throws IOException {
        out().println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(results));
    }

    private void print(List<Measurement> results) {
        out().println();
        out().printf("%-44s %10s %8s %8s %9s %8s%n", "", "measured", "reach", "aim", "of reach", "of aim");
        for (var line : results) {
            out().printf(
                            Locale.ROOT,
                            "%-44s %7.2f %-2s %8s %8s %8.2f× %7.2f×%n    %s%n",
                            line.what(),
                            line.value(),
                            line.unit(),
                            limit(line, line.reach()),
                            limit(line, line.aim()),
                            line.ofReach(),
                            line.ofAim(),
                            line.note());
        }
    }

    private static String limit(Measurement line, double value) {
        var sign = line.better() == Measurement.Better.LESS ? "≤ " : "≥ ";
        return sign + (value == Math.rint(value) ? "%.0f" : "%.1f").formatted(value);
    }
}
