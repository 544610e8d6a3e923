package io.coppice.ebs.rbd;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;

/** How much a pool can hold: its quota, or what the cluster says. Asked for now and then only. Thread-safe. */
final class RbdRoom {
    private static final Duration KNOWN_FOR = Duration.ofSeconds(30);

    private static final String AVAILABLE = "max_avail";
    private static final String STORED = "stored";

    private final CephTools tools;
    private long totalBytes = -1;
    private long askedNanos;

    RbdRoom(CephTools tools) {
        this.tools = tools;
    }

    /** Bytes that the pool can hold in all, each counted once whatever the number of its replicas. */
    synchronized long totalBytes() throws IOException {
        if (totalBytes < 0 || System.nanoTime() - askedNanos > KNOWN_FOR.toNanos()) {
            totalBytes = ask();
            askedNanos = System.nanoTime();
        }
        return totalBytes;
    }

    private long ask() throws IOException {
        var quota = quotaBytes();
        if (quota > 0) {
            return quota;
        }
        var stats = stats();
        if (!stats.hasNonNull(AVAILABLE)) {
            throw unknown();
        }
        return stats.path(AVAILABLE).asLong() + stats.path(STORED).asLong();
    }

    /** Bytes that the pool can still hold, whatever was promised: as its quota and the cluster have it at this moment. */
    long freeBytes() throws IOException {
        var quota = quotaBytes();
        var stats = stats();
        if (quota == 0 && !stats.hasNonNull(AVAILABLE)) {
            throw unknown();
        }
        var byQuota = quota > 0 ? Math.max(0, quota - stats.path(STORED).asLong()) : Long.MAX_VALUE;
        return stats.hasNonNull(AVAILABLE)
                ? Math.min(byQuota, stats.path(AVAILABLE).asLong())
                : byQuota;
    }

    private long quotaBytes() throws IOException {
        return ofPool(tools.cephJson("osd", "pool", "ls", "detail"), "pool_name")
                .path("quota_max_bytes")
                .asLong();
    }

    private JsonNode stats() throws IOException {
        return ofPool(tools.cephJson("df").path("pools"), "name").path("stats");
    }

    private IOException unknown() {
        return new IOException(
                "Ceph does not say how much the pool " + tools.pool().pool()
                        + " can hold: start a manager (ceph-mgr), or say it by ceph osd pool set-quota "
                        + tools.pool().pool() + " max_bytes BYTES");
    }

    private JsonNode ofPool(JsonNode pools, String key) {
        for (var each : pools) {
            if (each.path(key).asText().equals(tools.pool().pool())) {
                return each;
            }
        }
        return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }
}
