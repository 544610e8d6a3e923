package io.coppice.node.simulated;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * How simulated hosts behave. The same plan and seed give the same outcome for the same attempt of the same step.
 *
 * @param fetchTime how long the first fetch of an image takes
 * @param startTime how long the hypervisor takes to hand a guest its processors
 * @param bootTime from then until the guest listens to shutdown requests
 * @param shutdownTime from a request until the guest is off
 * @param failureRates probability, 0.0 to 1.0, that one attempt of a step fails; absent means never
 * @param seed of all chance
 */
public record SimulationPlan(
        Duration fetchTime,
        Duration startTime,
        Duration bootTime,
        Duration shutdownTime,
        Map<Fault, Double> failureRates,
        long seed) {
    public SimulationPlan {
        failureRates = Map.copyOf(failureRates);
    }

    /** What can go wrong on a simulated host. */
    public enum Fault {
        /** The image's source does not answer; worth another attempt. */
        IMAGE_UNAVAILABLE,
        /** The image's bytes are not those that were promised; no attempt will ever help. */
        IMAGE_DAMAGED,
        /** The disk store has no room. */
        DISK_FULL,
        /** The network refuses an endpoint. */
        NETWORK,
        /** The hypervisor refuses to start the guest. */
        START,
        /** The guest ignores a request to shut down or reboot. */
        DEAF_GUEST
    }

    /** Hosts that work and take the times of a small guest on a good day. */
    public static SimulationPlan healthy() {
        return new SimulationPlan(
                Duration.ofMillis(50),
                Duration.ofMillis(20),
                Duration.ofMillis(50),
                Duration.ofMillis(50),
                Map.of(),
                1);
    }

    /** The same plan, but {@code fault} strikes with this probability. */
    public SimulationPlan with(Fault fault, double rate) {
        var rates = new EnumMap<Fault, Double>(Fault.class);
        rates.putAll(failureRates);
        rates.put(fault, rate);
        return new SimulationPlan(fetchTime, startTime, bootTime, shutdownTime, rates, seed);
    }

    /** Whether this attempt (from 0) meets the fault. */
    boolean strikes(Fault fault, String subject, int attempt) {
        var rate = failureRates.getOrDefault(fault, 0.0);
        return rate > 0
                && new SplittableRandom(seed * 31 + Objects.hash(fault.name(), subject, attempt)).nextDouble() < rate;
    }
}
