package io.coppice.cluster.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.coppice.foundation.id.NodeId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
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
    /** A location and its envelope. */
    private static final long MOST_BYTES_OF_A_CHANGE = 300;
    /** Launches that come one upon another. */
    private static final int BURST = 50;

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
        model.allTakeBytes();
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
        traffic(model, hosts);

        var ruleBegun = System.nanoTime();
        model.vpc(small.get(7));
        model.distribute();
        var ruleTold = System.nanoTime();
        var rule = traffic(model, hosts);
        assertEquals(10, rule.messages(), "one message to each of ten hosts");

        var memberBegun = System.nanoTime();
        model.launch(hosts.getFirst(), large);
        model.distribute();
        var memberTold = System.nanoTime();
        var member = traffic(model, hosts);
        assertEquals(members, member.messages(), "one message to each host of the group's members");
        assertEquals(1, member.encodings(), "encoded once");
        assertTrue(member.bytes() <= MOST_BYTES_OF_A_CHANGE * members, () -> member + " is more than what changed");

        var burstBegun = System.nanoTime();
        for (var count = 0; count < BURST; count++) {
            model.launch(hosts.get(count % members), large);
        }
        model.distribute();
        var burstTold = System.nanoTime();
        var burst = traffic(model, hosts);
        assertEquals(members, burst.messages(), "what changes within a moment is one message");
        assertEquals(1, burst.encodings(), "encoded once");

        var groupBegun = System.nanoTime();
        model.vpc(large);
        model.distribute();
        var groupTold = System.nanoTime();
        var group = traffic(model, hosts);
        assertEquals(members, group.messages(), "one message to each host of the group's members");
        assertEquals(1, group.encodings(), "encoded once");
        assertEquals(List.of(), model.differences());
        LOG.infof(
                "%d hosts, %d interfaces placed in %d ms; a rule of a VPC on 10 hosts: %s in %d us; a new member of %d: %s in %d"
                        + " us; %d of them at once: %s in %d us; a rule of these: %s in %d us",
                hostCount,
                hostCount * each + members,
                (launched - begun) / 1_000_000,
                rule,
                (ruleTold - ruleBegun) / 1000,
                members,
                member,
                (memberTold - memberBegun) / 1000,
                BURST,
                burst,
                (burstTold - burstBegun) / 1000,
                group,
                (groupTold - groupBegun) / 1000);
    }

    /**
     * What one change cost.
     *
     * @param encodings how many times something was encoded; what is shared counts once
     * @param bytes of all messages
     */
    private record Traffic(int messages, int encodings, long bytes) {}

    private static Traffic traffic(NetworkModel model, List<NodeId> hosts) {
        var encodings = Collections.newSetFromMap(new IdentityHashMap<ByteString, Boolean>());
        var messages = 0;
        var bytes = 0L;
        for (var host : hosts) {
            for (var message : model.view(host).takeNews()) {
                messages++;
                bytes += message.getSerializedSize();
                encodings.add(
                        message.hasVpcPart()
                                ? message.getVpcPart().getPart()
                                : message.getSharedEndpoints().getUpdate());
            }
        }
        return new Traffic(messages, encodings.size(), bytes);
    }
}
