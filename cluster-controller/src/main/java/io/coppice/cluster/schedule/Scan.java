package io.coppice.cluster.schedule;

import io.coppice.cluster.schedule.Placement.NoCapacity;
import io.coppice.cluster.schedule.Placement.Placed;
import io.coppice.cluster.schedule.Placement.Unsatisfiable;
import java.util.List;

/**
 * One pass over the hosts until one has room.
 *
 * @param index where the pass ended
 */
record Scan(Placement placement, int index) {
    static Scan from(int start, Demand demand, List<? extends HostLoad> hosts) {
        var size = hosts.size();
        var schedulable = 0;
        var largeEnough = false;
        for (int i = 0; i < size; i++) {
            var index = start + i < size ? start + i : start + i - size;
            var host = hosts.get(index);
            if (host.schedulable()) {
                schedulable++;
                if (demand.fitsInto(host.free())) {
                    return new Scan(new Placed(host.id()), index);
                }
            }
            largeEnough = largeEnough || demand.fitsInto(host.total());
        }
        return new Scan(refusal(size, schedulable, largeEnough), size);
    }

    private static Placement refusal(int hosts, int schedulable, boolean largeEnough) {
        if (hosts == 0) {
            return new NoCapacity("The zone has no host yet.");
        }
        if (!largeEnough) {
            return new Unsatisfiable("No host of the zone is large enough for this instance type.");
        }
        if (schedulable == 0) {
            return new NoCapacity("No host of the zone can be reached now.");
        }
        return new NoCapacity("No host of the zone has room for this instance now.");
    }
}
