package io.coppice.cluster.schedule;

import java.util.List;

/** Takes the next host in turn, so that load and failures spread. */
public final class RoundRobinScheduler implements Scheduler {
    private int next;

    @Override
    public Placement place(Demand demand, List<? extends HostLoad> hosts) {
        var scan = Scan.from(hosts.isEmpty() ? 0 : next % hosts.size(), demand, hosts);
        if (scan.placement() instanceof Placement.Placed) {
            next = scan.index() + 1;
        }
        return scan.placement();
    }
}
