package io.coppice.cluster.schedule;

import java.util.List;

/**
 * A policy that chooses hosts. It decides on what it is shown and changes nothing; one call at a time.
 */
public interface Scheduler {
    /** Chooses a host for one instance among {@code hosts}, which come in the order in which they first dialled in. */
    Placement place(Demand demand, List<? extends HostLoad> hosts);

    /** The policy of this name. Throws {@link IllegalArgumentException} with the names that exist. */
    static Scheduler named(String policy) {
        return switch (policy) {
            case "first-fit" -> new FirstFitScheduler();
            case "round-robin" -> new RoundRobinScheduler();
            default ->
                throw new IllegalArgumentException(
                        "no scheduling policy \"" + policy + "\": choose first-fit or round-robin");
        };
    }
}
