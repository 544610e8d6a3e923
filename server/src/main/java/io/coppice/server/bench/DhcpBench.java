package io.coppice.server.bench;

import io.coppice.server.OperatorException;
import io.coppice.server.cli.Steps;
import io.coppice.server.settings.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The row of {@code coppice bench net} that needs guests: how much later than it could a launched guest has its address. A guest's own
 * boot is from the start of its QEMU to its first question by DHCP; all else between RunInstances and the last answer is the cloud's.
 * Makes a cloud with one real host, and removes it.
 */
public final class DhcpBench {
    private static final int LAUNCHES = 3;
    private static final Duration GUEST_LIMIT = Duration.ofMinutes(2);
    private static final double MILLIS = 1000;

    private final Steps steps;

    public DhcpBench(Steps steps) {
        this.steps = steps;
    }

    /** Measures; a minute or two. */
    public Measurement run() throws Exception {
        BenchFolder.require("nft", "nftables");
        try (var cloud = steps.run("a cloud with guests", () -> BenchCloud.temporary("--hypervisor", "libvirt"));
                var ec2 = cloud.ec2()) {
            var guests = new Guests(ec2, cloud.sampleImage());
            // It brings the image into the host's cache, and keeps the VPC there.
            var first = guests.launch();
            guests.awaitState(first, "running");
            var namespace = "%s-%s"
                    .formatted(
                            cloud.settings().value(Settings.BRIDGE, ""),
                            guests.find(first).vpcId());
            try (var trace = DhcpTrace.in(namespace)) {
                var added = new ArrayList<Double>();
                var boots = new ArrayList<Double>();
                for (var launch = 0; launch < LAUNCHES; launch++) {
                    measure(guests, trace, added, boots);
                }
                return row(new Samples(added), new Samples(boots));
            } finally {
                guests.remove(List.of(first));
            }
        }
    }

    private void measure(Guests guests, DhcpTrace trace, List<Double> added, List<Double> boots) throws Exception {
        var begun = ProcessTable.uptimeSeconds();
        var id = guests.launch();
        var instance = guests.find(id);
        var exchange = trace.await(
                instance.networkInterfaces().getFirst().macAddress(), instance.privateIpAddress(), GUEST_LIMIT);
        var started = ProcessTable.qemuStart(id)
                .orElseThrow(
                        () -> new OperatorException("QEMU of " + id + " was not seen", "Read node-controller.log."));
        guests.remove(List.of(id));
        var millis = (started - begun + exchange.waited()) * MILLIS;
        added.add(millis);
        boots.add(exchange.asked() - started);
        steps.note(String.format(
                Locale.ROOT,
                "RunInstances to QEMU's start %.0f ms, its own boot %.2f s, waiting for DHCP %.0f ms",
                (started - begun) * MILLIS,
                exchange.asked() - started,
                exchange.waited() * MILLIS));
    }

    private static Measurement row(Samples added, Samples boots) {
        return new Measurement(
                "RunInstances to DHCP answered, beyond the boot",
                added.median(),
                "ms",
                200,
                100,
                String.format(
                        Locale.ROOT,
                        "median of %d, slowest %.0f ms, to 10 ms; the guest's own boot, from QEMU's start to its first question, is another %.2f s; image cached",
                        LAUNCHES,
                        added.quantile(1),
                        boots.median()));
    }
}
