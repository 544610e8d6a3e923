package io.coppice.cloud.compute;

import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Instances whose IP addresses the site's own DHCP server gives: they are known when hosts have learned them. Hardware
 * addresses are locally administered and follow from the instance's id, which is random. Thread-safe.
 */
final class LanAddresses implements GuestAddresses {
    private static final int MAC_DIGITS = 10;

    @Override
    public Map<String, Pair> take(EntityManager entities, String zone, List<String> instanceIds) {
        return instanceIds.stream().collect(Collectors.toMap(id -> id, id -> new Pair("", mac(id))));
    }

    private static String mac(String instanceId) {
        var digits = instanceId.substring(instanceId.length() - MAC_DIGITS);
        var mac = new StringBuilder("02");
        for (var at = 0; at < MAC_DIGITS; at += 2) {
            mac.append(':').append(digits, at, at + 2);
        }
        return mac.toString();
    }

    /** They are the site's, not ours to give to others. */
    @Override
    public void release(EntityManager entities, Collection<String> instanceIds) {}
}
