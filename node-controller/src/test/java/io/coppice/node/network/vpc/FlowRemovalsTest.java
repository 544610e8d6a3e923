package io.coppice.node.network.vpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * If this failed, an address with thousands of connections could not be taken from a guest in time, or connections that are still
 * allowed would be cut.
 */
class FlowRemovalsTest {
    private static final String GUEST = "10.0.1.10";
    private static final String OTHER = "10.0.1.11";
    private static final String ELASTIC = "198.18.0.50";

    private static Flow in(String client, int sourcePort, String publicAddress, String guest, int port) {
        return new Flow(SecurityRules.TCP, client, publicAddress, guest, client, sourcePort, port, 0);
    }

    private static Flow between(String client, int sourcePort, String server, int port) {
        return in(client, sourcePort, server, server, port);
    }

    @Test
    void allFlowsOfAnAddressThatMovedAreOneLine() {
        var all = new ArrayList<Flow>();
        for (var number = 0; number < 10_000; number++) {
            all.add(in("203.0.%d.%d".formatted(number >> 8, number & 255), 40_000, ELASTIC, GUEST, 80 + number % 3));
        }
        var refused = new HashSet<>(all);
        all.add(in("203.0.113.5", 7, ELASTIC, OTHER, 80));
        all.add(between(OTHER, 7, GUEST, 80));
        assertEquals(List.of("-D -d %s -r %s".formatted(ELASTIC, GUEST)), FlowRemovals.of(all, refused));
    }

    @Test
    void aClosedServiceIsOneLineAndOthersOfTheGuestStay() {
        var all = new ArrayList<Flow>();
        for (var port = 0; port < 500; port++) {
            all.add(between("10.0.2.%d".formatted(port % 200), 30_000 + port, GUEST, 80));
        }
        var refused = new HashSet<>(all);
        for (var port = 0; port < 200; port++) {
            all.add(between("10.0.2." + port, 20_000 + port, GUEST, 81));
        }
        assertEquals(List.of("-D -p 6 --dport 80 -r " + GUEST), FlowRemovals.of(all, refused));
    }

    @Test
    void aFlowAmongAllowedOnesOfTheSameKindIsNamedAlone() {
        var mine = between("10.0.2.1", 1000, GUEST, 80);
        var others = between("10.0.2.2", 1000, GUEST, 80);
        var same = between("10.0.2.1", 1000, OTHER, 80);
        var lines = FlowRemovals.of(List.of(mine, others, same), Set.of(mine));
        assertEquals(List.of(mine.removal()), lines);
        var ping = new Flow(SecurityRules.ICMP, GUEST, OTHER, OTHER, GUEST, 5, 8, 0);
        assertTrue(FlowRemovals.of(List.of(ping, mine), Set.of(ping, mine)).contains(ping.removal()));
    }
}
