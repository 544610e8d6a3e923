package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.agent.HostDrivers;
import io.coppice.node.agent.HostDrivers.Durability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ScheduledExecutorService;

/** One simulated host: its drivers, and a look behind the scenes for tests and demonstrations. Thread-safe. */
public final class SimulatedHost {
    private final SimulatedHypervisor hypervisor;
    private final SimulatedNetwork network;
    private final SimulatedDiskStore disks;
    private final SimulatedMetadata metadata;
    private final HostDrivers drivers;

    private SimulatedHost(Path folder, SimulatedHardware hardware, SimulationPlan plan, ScheduledExecutorService timer)
            throws IOException {
        var instances = folder.resolve("instances");
        this.hypervisor = new SimulatedHypervisor(hardware, plan, folder.resolve("guests"), timer);
        this.network = new SimulatedNetwork(plan, addressOf(folder));
        this.disks = new SimulatedDiskStore(instances, hardware.diskMib(), plan);
        this.metadata = new SimulatedMetadata();
        this.drivers = new HostDrivers(
                hypervisor,
                network,
                disks,
                new SimulatedImageCache(plan),
                metadata,
                instances,
                // Many simulated hosts share one real disk: each forcing its files there would slow what is measured.
                Durability.CRASH);
    }

    /**
     * Opens the host that lives in {@code folder}, or makes it; guests that ran still run.
     *
     * @param timer lets time pass for guests; shared by all hosts of the process and not closed here
     */
    public static SimulatedHost open(
            Path folder, SimulatedHardware hardware, SimulationPlan plan, ScheduledExecutorService timer)
            throws IOException {
        return new SimulatedHost(folder, hardware, plan, timer);
    }

    /** What an agent drives. */
    public HostDrivers drivers() {
        return drivers;
    }

    /** The guests, for making them misbehave. */
    public SimulatedHypervisor hypervisor() {
        return hypervisor;
    }

    /** From the range for carriers (RFC 6598), as good as unique among the hosts of a process. */
    private static String addressOf(Path folder) {
        var number = folder.toAbsolutePath().hashCode();
        return "100.%d.%d.%d".formatted(64 | number >>> 16 & 63, number >>> 8 & 255, number & 255);
    }

    /** The VPCs that the host was told of. */
    public Set<String> networks() {
        return network.vpcs().ids();
    }

    /** What the host was told of a VPC; empty when nothing, or that it is gone. */
    public Optional<SimulatedVpc> network(String vpcId) {
        return network.vpcs().find(vpcId);
    }

    /** Every instance that has anything at all on this host: a domain, a disk, an endpoint, or metadata. */
    public Set<String> traces() {
        var traces = new TreeSet<String>();
        hypervisor.list().forEach(domain -> traces.add(domain.instance().value()));
        for (var each : List.of(network.known(), disks.instances(), metadata.published())) {
            each.stream().map(InstanceId::value).forEach(traces::add);
        }
        return traces;
    }
}
