package io.coppice.node.simulated;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;

/** What simulated hosts are like. */
@ConfigMapping(prefix = "coppice.simulation")
public interface SimulationConfig {
    /** Processors of each host. */
    @WithDefault("64")
    int vcpus();

    /** Memory of each host, MiB. */
    @WithDefault("262144")
    long memoryMib();

    /** Disk of each host, MiB. */
    @WithDefault("4194304")
    long diskMib();

    /** How long the first fetch of an image takes on each host. */
    @WithDefault("200ms")
    Duration fetchTime();

    /** How long the hypervisor takes to start a guest. */
    @WithDefault("100ms")
    Duration startTime();

    /** How long a guest takes to boot. */
    @WithDefault("2s")
    Duration bootTime();

    /** How long a guest takes to shut down. */
    @WithDefault("1s")
    Duration shutdownTime();

    /** Probability, 0.0 to 1.0, that an attempt fails, by fault: {@code start}, {@code disk-full}, {@code network}, … */
    Map<SimulationPlan.Fault, Double> failureRates();

    /** Seed of all chance. */
    @WithDefault("1")
    long seed();

    /** The plan that this makes. */
    default SimulationPlan plan() {
        return new SimulationPlan(fetchTime(), startTime(), bootTime(), shutdownTime(), failureRates(), seed());
    }

    /** The hardware that this makes. */
    default SimulatedHardware hardware() {
        return new SimulatedHardware(vcpus(), memoryMib(), diskMib(), "x86_64");
    }
}
