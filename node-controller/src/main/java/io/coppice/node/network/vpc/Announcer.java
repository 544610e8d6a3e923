package io.coppice.node.network.vpc;

import io.coppice.node.command.NeighborAdvertisements;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Tells the public network that an address is here now, so that neighbours do not go on sending to where it was. An address that
 * leaves is not announced any more: whoever has it next may have said so already. Used by one thread at a time. Source: RFC 5227
 * section 3, arping(8); RFC 4861 section 7.2.6 for IPv6.
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

    /** Announces those addresses that were not here before, beside the caller: nobody answers, and the program waits for that. */
    void announce(Collection<String> present) {
        announced.retainAll(present);
        var fresh = present.stream().filter(announced::add).toList();
        var ipv4 = fresh.stream().filter(VpcMessages::isIpv4).toList();
        if (!ipv4.isEmpty()) {
            Thread.ofVirtual().name("announce").start(() -> repeat(ipv4));
        }
        var ipv6 = fresh.stream().filter(address -> !ipv4.contains(address)).toList();
        if (!ipv6.isEmpty()) {
            Thread.ofVirtual().name("advertise").start(() -> advertise(ipv6));
        }
    }

    private void repeat(List<String> addresses) {
        for (int time = 0; time < TIMES; time++) {
            addresses.stream().filter(announced::contains).forEach(this::once);
        }
    }

    private void advertise(List<String> addresses) {
        try {
            for (int time = 0; time < TIMES; time++) {
                var present = addresses.stream().filter(announced::contains).toList();
                NeighborAdvertisements.send(
                        inside.name(),
                        VpcView.PUBLIC,
                        HexFormat.ofDelimiter(":").parseHex(mac),
                        present.stream().map(Ipv6::octets).toList());
                Thread.sleep(PAUSE);
            }
        } catch (IOException e) {
            LOG.warnf(e, "%s could not be announced: neighbours find them when they ask again", addresses);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes a second, which is the pause between two of them. */
    private void once(String address) {
        try {
            var result = inside.execute("arping", "-c", "1", "-w", "1", "-U", "-I", VpcView.PUBLIC, address);
            LOG.debugf("announced %s: %d %s", address, result.exitCode(), result.errors());
        } catch (IOException e) {
            LOG.warnf(e, "%s could not be announced: neighbours find it when they ask again", address);
        }
    }
}
