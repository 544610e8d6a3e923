package io.coppice.cloud.place;

/** Knows how zones are. Thread-safe; never blocks. */
@FunctionalInterface
public interface ZoneHealth {
    /** Whether nothing has been heard of the zone's Cluster Controller for a while: what is asked of the zone waits. */
    boolean impaired(String zone);
}
