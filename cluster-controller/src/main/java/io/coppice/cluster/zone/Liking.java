package io.coppice.cluster.zone;

/**
 * How much something likes a host: always the same, and as good as chance between hosts. Who chooses by it spreads, and comes to the
 * same choice without memory. Pure.
 */
final class Liking {
    private Liking() {}

    static long of(String id, HostRecord host) {
        var mixed = 1125899906842597L;
        for (var character : (id + host.id().value()).toCharArray()) {
            mixed = (mixed ^ character) * 0x9E3779B97F4A7C15L;
            mixed ^= mixed >>> 29;
        }
        return mixed;
    }
}
