package io.coppice.cloud.compute;

import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.store.PlainSql;
import jakarta.persistence.EntityManager;
import java.math.BigInteger;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The pairs of hardware and IPv4 address that a site has set aside for instances. A pair that is no longer in the list stays
 * with the instance that has it, and is not given to another. Thread-safe.
 */
final class AddressPairs implements GuestAddresses {
    private static final String KEY = "coppice.network.pairs";
    private static final int MOST = 4_096;
    private static final Pattern MAC = Pattern.compile("([0-9a-f]{2}:){5}[0-9a-f]{2}");
    private static final String NO_MAC = "00:00:00:00:00:00";
    private static final int HEXADECIMAL = 16;

    private static final String ADD =
            "insert into addresses (zone, address) select ?, unnest(?) on conflict (zone, address) do nothing";

    /** Hardware address by the number of the IPv4 address, in the order of the list. */
    private final LinkedHashMap<Long, String> macs = new LinkedHashMap<>();

    /**
     * Reads {@code 02:00:5e:00:00:01=192.0.2.17} and so on.
     *
     * @param cidr the network that the addresses are in
     * @throws IllegalArgumentException that names the wrong pair: malformed, outside of the network, given twice, none at
     *     all, or more than 4,096
     */
    AddressPairs(String cidr, List<String> pairs) {
        var range = IpRange.parse(cidr)
                .filter(parsed -> !parsed.ipv6())
                .orElseThrow(() ->
                        new IllegalArgumentException("coppice.network.cidr is not a range like 192.0.2.0/24: " + cidr));
        if (pairs.isEmpty() || pairs.size() > MOST) {
            throw new IllegalArgumentException(
                    "%s needs 1 to %,d pairs such as 02:00:5e:00:00:01=192.0.2.17, and has %d"
                            .formatted(KEY, MOST, pairs.size()));
        }
        var seen = new HashSet<String>();
        for (var text : pairs) {
            var pair = parse(text);
            var number = number(pair, range);
            if (!seen.add(pair.mac()) || macs.put(number, pair.mac()) != null) {
                throw new IllegalArgumentException(KEY + " has an address twice: " + text);
            }
        }
    }

    private static Pair parse(String text) {
        var equals = text.indexOf('=');
        var mac = equals < 0 ? "" : text.substring(0, equals).strip().toLowerCase(Locale.ROOT);
        if (!MAC.matcher(mac).matches()) {
            throw new IllegalArgumentException(
                    KEY + ": \"" + text + "\" is not a pair such as 02:00:5e:00:00:01=192.0.2.17");
        }
        if ((Integer.parseInt(mac.substring(0, 2), HEXADECIMAL) & 1) != 0 || mac.equals(NO_MAC)) {
            throw new IllegalArgumentException(
                    KEY + ": " + mac + " is no single device's address (it stands for a group, or for none)");
        }
        return new Pair(text.substring(equals + 1).strip(), mac);
    }

    private static long number(Pair pair, IpRange range) {
        var number = IpRange.address(pair.ipv4())
                .filter(any -> pair.ipv4().indexOf('.') > 0)
                .orElseThrow(
                        () -> new IllegalArgumentException(KEY + ": \"" + pair.ipv4() + "\" is not an IPv4 address"));
        if (!range.contains(number) || number.equals(range.first()) || number.equals(range.last())) {
            throw new IllegalArgumentException(
                    "%s: %s cannot be an instance's in coppice.network.cidr %s".formatted(KEY, pair.ipv4(), range));
        }
        return number.longValueExact();
    }

    @Override
    public Map<String, Pair> take(EntityManager entities, String zone, List<String> instanceIds) {
        var taken = new HashMap<>(AddressRows.take(entities, zone, instanceIds, macs.keySet()));
        if (taken.size() < instanceIds.size()) {
            add(entities, zone);
            var missing =
                    instanceIds.stream().filter(id -> !taken.containsKey(id)).toList();
            taken.putAll(AddressRows.take(entities, zone, missing, macs.keySet()));
        }
        return taken.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, each -> pair(each.getValue())));
    }

    private Pair pair(long number) {
        return new Pair(IpRange.ipv4Text(BigInteger.valueOf(number)), macs.getOrDefault(number, ""));
    }

    /** Makes the rows of pairs that have none. */
    private void add(EntityManager entities, String zone) {
        PlainSql.update(entities, ADD, zone, macs.keySet().toArray(Long[]::new));
    }

    @Override
    public void release(EntityManager entities, Collection<String> instanceIds) {
        AddressRows.release(entities, instanceIds);
    }
}
