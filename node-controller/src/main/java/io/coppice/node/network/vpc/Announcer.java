package io.coppice.node.network.vpc;

import io.coppice.node.command.EthernetFrames;
import io.coppice.node.command.NeighborAdvertisements;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Tells the public network that an address is here now, so that neighbours do not go on sending to where it was. An address that
 * leaves is not announced any more: whoever has it next may have said so already. Used by one thread at a time where nothing else is
 * said. Source: RFC 5227 section 3; RFC 4861 section 7.2.6 for IPv6.
 */
final class Announcer {
    private static final Logger LOG = Logger.getLogger(Announcer.class);

    private static final int TIMES = 2;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Namespace inside;
    private final String mac;
    /** Read by those who are announcing, too. */
    private final Set<String> announced = ConcurrentHashMap.newKeySet();

    /**
     * Announces on the public network of a VPC.
     *
     * @param mac of the VPC's end of the cable to it
     */
    Announcer(Namespace inside, String mac) {
        this.inside = inside;
        this.mac = mac;
    }

    /** Announces those addresses that were not here before, beside the caller. */
    void announce(Collection<String> present) {
        announced.retainAll(present);
        var fresh = present.stream().filter(announced::add).toList();
        if (!fresh.isEmpty()) {
            Thread.ofVirtual().name("announce").start(() -> repeat(fresh));
        }
    }

    /** Announces all that is here once more, as {@link #announce} does. Thread-safe. */
    void again() {
        var present = List.copyOf(announced);
        if (!present.isEmpty()) {
            Thread.ofVirtual().name("announce").start(() -> repeat(present));
        }
    }

    private void repeat(List<String> addresses) {
        try {
            for (int time = 0; time < TIMES; time++) {
                once(addresses.stream().filter(announced::contains).toList());
                Thread.sleep(PAUSE);
            }
        } catch (IOException e) {
            LOG.warnf(e, "%s could not be announced: neighbours find them when they ask again", addresses);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void once(List<String> addresses) throws IOException {
        var ipv6 = new ArrayList<byte[]>();
        for (var address : addresses) {
            if (VpcMessages.isIpv4(address)) {
                EthernetFrames.send(inside.name(), VpcView.PUBLIC, ArpFrame.announcement(mac, address));
            } else {
                ipv6.add(Ipv6.octets(address));
            }
        }
        if (!ipv6.isEmpty()) {
            NeighborAdvertisements.send(
                    inside.name(), VpcView.PUBLIC, HexFormat.ofDelimiter(":").parseHex(mac), ipv6);
        }
    }
}
