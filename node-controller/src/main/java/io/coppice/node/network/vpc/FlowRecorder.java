package io.coppice.node.network.vpc;

import io.coppice.node.network.vpc.FlowReports.Scope;
import io.coppice.proto.network.v1.FlowLogging;
import io.coppice.proto.network.v1.FlowReport;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Counts the flows of those interfaces of one VPC on this host that somebody wants recorded, period by period. The kernel counts
 * while this process is away; the period goes on then. Nothing is made in a VPC of which nothing is recorded, and what goes wrong
 * here keeps no packet from its way. Not thread-safe.
 */
final class FlowRecorder {
    private static final Logger LOG = Logger.getLogger(FlowRecorder.class);
    private static final Scope NOBODY = new Scope(Map.of(), Set.of());
    /** Messages of periods that ended with the VPC's last interface. */
    private static final int MOST_LEFT = 64;

    private final String vpcId;
    private final Namespace inside;
    private final InstantSource clock;
    private final List<FlowReport> left = new ArrayList<>();

    /** What the kernel counts with as far as this process knows; null when there is nothing. */
    private @Nullable FlowTable current;

    private boolean looked;
    /** Whether something that was to be counted in this period was not. */
    private boolean lost;
    /** Addresses that the table counts. */
    private Set<String> covered = Set.of();
    /** Whose addresses they were at any time in the period. */
    private Scope scope = NOBODY;

    FlowRecorder(String vpcId, Namespace inside, InstantSource clock) {
        this.vpcId = vpcId;
        this.inside = inside;
        this.clock = clock;
    }

    /** What is known of the kernel may not be so. Where nothing was, nothing comes by itself. */
    void forget() {
        looked &= !counts();
    }

    /** Whether anything is counted here. */
    boolean counts() {
        return current != null;
    }

    /** Has the interfaces counted that the view wants counted, and no others. */
    void cover(VpcView view) {
        try {
            coverWanted(scopeOf(view));
        } catch (IOException e) {
            // Not a reason to keep a guest from its network; the next repair tries again.
            LOG.warnf(e, "the flows of %s cannot be counted on this host", vpcId);
            looked = false;
            lost = true;
        }
    }

    private void coverWanted(Scope wanted) throws IOException {
        if (!looked) {
            look();
        }
        var addresses = Set.copyOf(wanted.covered().keySet());
        var table = current;
        scope = table == null ? wanted : scope.plus(wanted);
        if (table == null ? !addresses.isEmpty() : !addresses.equals(covered)) {
            var before = table == null ? FlowTable.beginning(clock.instant().getEpochSecond()) : table;
            var wider = before.with(addresses);
            inside.nft(wider.covering(addresses, before));
            current = wider;
        }
        covered = addresses;
    }

    /** Finds what is there: an earlier process may have left it, or somebody have removed it. */
    private void look() throws IOException {
        var present = FlowTable.present(inside);
        var found = present.isEmpty() ? null : present.getLast();
        lost |= current != null && !current.equals(found);
        current = found;
        covered = Set.of();
        looked = true;
    }

    /** Ends the period if it has lasted that long, and tells what was counted in it; else tells nothing. */
    List<FlowReport> turn(VpcView view, Duration period) throws IOException {
        var reports = new ArrayList<>(left);
        left.clear();
        var ending = current;
        var now = clock.instant().getEpochSecond();
        if (looked
                && ending != null
                && now > ending.beginSeconds()
                && now >= ending.beginSeconds() + period.toSeconds()) {
            var wanted = scopeOf(view);
            scope = scope.plus(wanted);
            var addresses = Set.copyOf(wanted.covered().keySet());
            var beginning = FlowTable.beginning(now);
            var next = addresses.isEmpty() ? null : beginning.with(addresses);
            looked = false;
            inside.nft(ending.closing() + (next == null ? "" : next.covering(addresses, beginning)));
            reports.addAll(readAllBut(next, now));
            current = next;
            covered = addresses;
            scope = wanted;
            looked = true;
        }
        return reports;
    }

    /** The namespace is about to go: what was counted is kept for the next {@link #turn}. */
    void end() {
        try {
            if (current != null) {
                left.addAll(readAllBut(null, clock.instant().getEpochSecond()));
                left.subList(0, Math.max(0, left.size() - MOST_LEFT)).clear();
            }
        } catch (IOException e) {
            LOG.warnf(e, "the last flows of %s on this host were not recorded", vpcId);
        }
        current = null;
        covered = Set.of();
        scope = NOBODY;
    }

    /** What was told of a VPC that has no network here any more. */
    List<FlowReport> last() {
        var reports = List.copyOf(left);
        left.clear();
        return reports;
    }

    private List<FlowReport> readAllBut(@Nullable FlowTable next, long now) throws IOException {
        var reports = new ArrayList<FlowReport>();
        for (var table : FlowTable.present(inside)) {
            if (!Objects.equals(table, next)) {
                var content = table.read(inside);
                reports.addAll(FlowReports.of(head(table, now), scope, lost ? content.asIncomplete() : content));
                inside.nft(table.removal());
            }
        }
        lost = false;
        return reports;
    }

    private FlowReport head(FlowTable table, long now) {
        return FlowReport.newBuilder()
                .setVpcId(vpcId)
                .setBeginSeconds(table.beginSeconds())
                .setEndSeconds(now)
                .build();
    }

    private static Scope scopeOf(VpcView view) {
        var logging = view.vpc().getFlowLogging();
        var covered = new HashMap<String, LocalInterface>();
        var here = new HashSet<String>();
        for (var local : view.present()) {
            var wanted = isWanted(logging, local);
            Stream.concat(local.addresses().stream(), local.assignedIpv6().stream())
                    .forEach(address -> {
                        here.add(address);
                        if (wanted) {
                            covered.put(address, local);
                        }
                    });
        }
        return new Scope(covered, here);
    }

    private static boolean isWanted(FlowLogging logging, LocalInterface local) {
        return logging.getWholeVpc()
                || logging.getSubnetIdsList().contains(local.endpoint().getSubnetId())
                || logging.getNetworkInterfaceIdsList()
                        .contains(local.endpoint().getNetworkInterfaceId());
    }
}
