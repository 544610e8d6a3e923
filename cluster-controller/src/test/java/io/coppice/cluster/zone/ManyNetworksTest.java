package io.coppice.cluster.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.foundation.id.NodeId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, a change in one VPC would cost as much as the whole zone is large. Sessions are stood in for by what hosts
 * understand: what is measured is the zone's own work.
 */
class ManyNetworksTest {
    private static final Logger LOG = Logger.getLogger(ManyNetworksTest.class);

    @TempDir
    Path folder;

    @Test
    void aChangeReachesThoseItConcerns() throws IOException {
        measure(200, 5, 100);
    }

    @Test
    @Tag("full")
    void aChangeReachesThoseItConcernsAmongFiveThousandHosts() throws IOException {
        measure(5000, 10, 1000);
    }

    /**
     * Every host carries as many interfaces of a VPC that ten hosts share; beside them one VPC has one interface on each of
     * many hosts.
     */
    private void measure(int hostCount, int each, int members) throws IOException {
        var model = new NetworkModel(folder);
        var hosts = new ArrayList<NodeId>();
        for (var count = 0; count < hostCount; count++) {
            hosts.add(model.host());
        }
        var small = new ArrayList<String>();
        for (var count = 0; count < hostCount / 10; count++) {
            small.add("vpc-%017x".formatted(count));
            model.vpc(small.getLast());
        }
        var large = "vpc-%017x".formatted(hostCount);
        model.vpc(large);

        var begun = System.nanoTime();
        for (var index = 0; index < hostCount; index++) {
            for (var count = 0; count < each; count++) {
                model.launch(hosts.get(index), small.get(index / 10));
            }
            if (index < members) {
                model.launch(hosts.get(index), large);
            }
            if (index % 50 == 49) {
                model.distribute();
            }
        }
        model.distribute();
        var launched = System.nanoTime();
        assertEquals(List.of(), model.differences());
        news(model, hosts);

        var ruleBegun = System.nanoTime();
        model.vpc(small.get(7));
        model.distribute();
        var ruleTold = System.nanoTime();
        assertEquals(10, news(model, hosts), "one message to each of ten hosts");

        var memberBegun = System.nanoTime();
        model.launch(hosts.getFirst(), large);
        model.distribute();
        var memberTold = System.nanoTime();
        assertEquals(members, news(model, hosts), "one message to each host of the group's members");

        var groupBegun = System.nanoTime();
        model.vpc(large);
        model.distribute();
        var groupTold = System.nanoTime();
        assertEquals(members, news(model, hosts), "one message to each host of the group's members");
        assertEquals(List.of(), model.differences());
        LOG.infof(
                "%d hosts, %d interfaces placed in %d ms; a rule of a VPC on 10 hosts told in %d us, a new member of %d in"
                        + " %d us, a rule of these in %d us",
                hostCount,
                hostCount * each + members,
                (launched - begun) / 1_000_000,
                (ruleTold - ruleBegun) / 1000,
                members,
                (memberTold - memberBegun) / 1000,
                (groupTold - groupBegun) / 1000);
    }

    private static int news(NetworkModel model, List<NodeId> hosts) {
        return hosts.stream().mapToInt(host -> model.view(host).news()).sum();
    }
}
