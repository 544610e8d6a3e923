package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.agent.HostDrivers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
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
    private final SimulatedConsoles consoles;
    private final SimulatedMemory memory;
    private final HostDrivers drivers;

    private SimulatedHost(Path folder, SimulatedHardware hardware, SimulationPlan plan, ScheduledExecutorService timer)
            throws IOException {
        var log = new KeyedLog(folder.resolve("host.log"));
        this.consoles = new SimulatedConsoles(log, Clock.systemUTC());
        this.disks = new SimulatedDiskStore(log, folder.resolve("disks"), hardware.diskMib(), plan);
        this.hypervisor = new SimulatedHypervisor(hardware, plan, log, consoles, disks::isDisk, timer);
        this.network = new SimulatedNetwork(plan, addressOf(folder));
        this.memory = new SimulatedMemory(log, consoles, folder.resolve("consoles"));
        this.metadata = new SimulatedMetadata();
        this.drivers = new HostDrivers(hypervisor, network, disks, new SimulatedImageCache(plan), metadata, memory);
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

    /** The root disk of an instance is gone, as if its file had been deleted by hand. */
    public void loseDisk(InstanceId instance) throws IOException {
        disks.remove(instance);
    }

    /** The guest writes this to its serial port. */
    public void says(InstanceId instance, String text) {
        consoles.write(instance, text);
    }

    /** The agent has lost what it was told of an instance; what it has done and what is there stays. */
    public void loseWish(InstanceId instance) throws IOException {
        memory.forgetDesired(instance);
    }

    /**
     * Every instance that has anything at all on this host: a domain, a disk, an endpoint, metadata, a console, or what the
     * agent remembers of it.
     */
    public Set<String> traces() {
        var traces = new TreeSet<String>();
        hypervisor.list().forEach(domain -> traces.add(domain.instance().value()));
        for (var each : List.of(network.known(), disks.instances(), metadata.published(), memory.traces())) {
            each.stream().map(InstanceId::value).forEach(traces::add);
        }
        return traces;
    }
}
