package io.coppice.cluster.zone;

import io.coppice.foundation.id.NodeId;

/**
 * Whether a zone knows enough after its start to decide: what a host carries is not known before it has told, and what is not known
 * would seem to be gone. Guarded by the zone's lock.
 */
final class Settling {
    private final ZoneSettings settings;
    private final ZoneTables tables;
    private final HostRoster roster;
    private final long startedMillis;

    private boolean settledOnce;

    /** A zone that starts at this moment. */
    Settling(ZoneSettings settings, ZoneTables tables, HostRoster roster, long startedMillis) {
        this.settings = settings;
        this.tables = tables;
        this.roster = roster;
        this.startedMillis = startedMillis;
    }

    /** Whether those hosts have told that are known from before this start, or have had their time. */
    boolean hasSettled(long now) {
        if (!settledOnce) {
            settledOnce = hadItsTime(now) || roster.atStart().stream().allMatch(this::hasTold);
        }
        return settledOnce;
    }

    /** Whether besides all hosts have told that just dialled in, or have had their time. */
    boolean isSettled(long now) {
        return hasSettled(now)
                && tables.byArrival().stream()
                        .noneMatch(host -> host.owesInventory()
                                && now - host.helloMillis()
                                        < settings.unreachableAfter().toMillis());
    }

    /** Whether other zones have told where their interfaces are, too, or have had their time. */
    boolean knowsInterfaces(long now, boolean neighboursHaveTold) {
        return hasSettled(now) && (neighboursHaveTold || hadItsTime(now));
    }

    private boolean hadItsTime(long now) {
        return now - startedMillis >= settings.settle().toMillis();
    }

    private boolean hasTold(String node) {
        var host = tables.host(new NodeId(node));
        return host != null && host.isInventoried();
    }
}
