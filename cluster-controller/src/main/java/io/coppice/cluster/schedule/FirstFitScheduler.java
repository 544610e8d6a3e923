package io.coppice.cluster.schedule;

import java.util.List;

/** Fills one host after the other, so that large instances find room and idle hosts can be switched off. */
public final class FirstFitScheduler implements Scheduler {
    @Override
    public Placement place(Demand demand, List<? extends HostLoad> hosts) {
        return Scan.from(0, demand, hosts).placement();
    }
}
