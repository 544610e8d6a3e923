package io.coppice.cloud.compute;

import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.store.PlainSql;
import jakarta.persistence.EntityManager;
import java.math.BigInteger;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The addresses of a zone's flat network. Rows are made slice by slice as they are first needed; the hardware address follows
 * from the IPv4 address. Thread-safe.
 */
final class AddressPool implements GuestAddresses {
    /** The first addresses are for the gateway and other servers, the top ones for hosts. */
    private static final int RESERVED_FIRST = 16;

    private static final int RESERVED_TOP = 256;
    private static final int SLICE = 1024;

    private static final String GROW = """
            insert into addresses (zone, address)
            select r.zone, s from (select cast(? as varchar) as zone, cast(? as bigint) as first,
                    cast(? as bigint) as last) r,
                generate_series(
                    (select coalesce(max(a.address) + 1, r.first) from addresses a
                     where a.zone = r.zone and a.address between r.first and r.last),
                    r.last) s
            limit ?""";

    private final long first;
    private final long last;

    /** Throws {@link IllegalArgumentException} when the range leaves no address for instances. */
    AddressPool(String cidr) {
        var range = IpRange.parse(cidr)
                .filter(parsed -> !parsed.ipv6())
                .orElseThrow(() -> new IllegalArgumentException(
                        "coppice.network.cidr is not a range like 172.31.0.0/16: " + cidr));
        first = range.first().longValueExact() + RESERVED_FIRST;
        last = range.last().longValueExact() - RESERVED_TOP;
        if (last < first) {
            throw new IllegalArgumentException(
                    "coppice.network.cidr leaves no address for instances, take a /23 or larger: " + cidr);
        }
    }

    @Override
    public Map<String, Pair> take(EntityManager entities, String zone, List<String> instanceIds) {
        var taken = new HashMap<String, Pair>();
        while (taken.size() < instanceIds.size()) {
            var missing =
                    instanceIds.stream().filter(id -> !taken.containsKey(id)).toList();
            AddressRows.take(entities, zone, missing).forEach((id, address) -> taken.put(id, pair(address)));
            if (taken.size() < instanceIds.size() && grow(entities, zone) == 0) {
                return taken;
            }
        }
        return taken;
    }

    private static Pair pair(long address) {
        var text = IpRange.ipv4Text(BigInteger.valueOf(address));
        return new Pair(text, MacAddresses.forIpv4(text));
    }

    private int grow(EntityManager entities, String zone) {
        PlainSql.lock(entities, "addresses " + zone);
        return PlainSql.update(entities, GROW, zone, first, last, SLICE);
    }

    @Override
    public void release(EntityManager entities, Collection<String> instanceIds) {
        AddressRows.release(entities, instanceIds);
    }
}
