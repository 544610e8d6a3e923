package io.coppice.cloud.network.networkinterface;

import io.coppice.cloud.network.InterfaceChoice;
import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.subnet.SubnetRow;
import io.coppice.cloud.store.PlainSql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The IPv6 addresses of interfaces, chosen by chance out of 64 bits. Works in the caller's transaction. Thread-safe. */
@ApplicationScoped
class Ipv6Addresses {
    private static final int HOST_BITS = 64;
    /** The subnet itself, its router, and two that AWS keeps. */
    private static final int RESERVED_FIRST = 4;

    private static final int TRIES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Gives an interface these addresses and so many more; gives all of them. */
    List<String> assign(EntityManager entities, SubnetRow subnet, String interfaceId, List<String> ips, int more) {
        if (ips.isEmpty() && more == 0) {
            return List.of();
        }
        var range = subnet.ipv6Range();
        if (range == null) {
            throw InterfaceErrors.noIpv6(subnet.id());
        }
        var assigned = new ArrayList<String>();
        for (var ip : ips) {
            var number = IpRange.address(ip)
                    .filter(any -> ip.indexOf(':') >= 0)
                    .orElseThrow(() -> InterfaceErrors.malformed(ip));
            if (!range.contains(number)) {
                throw InterfaceErrors.notInSubnet(ip);
            }
            if (isReserved(range, number)) {
                throw InterfaceErrors.reserved(ip);
            }
            var text = text(number);
            if (!put(entities, subnet, interfaceId, text)) {
                throw InterfaceErrors.addressInUse(text);
            }
            assigned.add(text);
        }
        for (var i = 0; i < more; i++) {
            assigned.add(any(entities, subnet, interfaceId, range));
        }
        return assigned;
    }

    private static String any(EntityManager entities, SubnetRow subnet, String interfaceId, IpRange range) {
        for (var i = 0; i < TRIES; i++) {
            var number = range.first().add(new BigInteger(HOST_BITS, RANDOM));
            var text = text(number);
            if (!isReserved(range, number) && put(entities, subnet, interfaceId, text)) {
                return text;
            }
        }
        throw InterfaceErrors.noAddressLeft();
    }

    /** Source: Amazon VPC user guide, "Subnet CIDR blocks". */
    private static boolean isReserved(IpRange range, BigInteger number) {
        return number.compareTo(range.first().add(BigInteger.valueOf(RESERVED_FIRST))) < 0
                || number.equals(range.last());
    }

    private static boolean put(EntityManager entities, SubnetRow subnet, String interfaceId, String ip) {
        return PlainSql.update(
                        entities,
                        "insert into network_interface_ipv6 (subnet_id, address, interface_id) values (?, ?, ?)"
                                + " on conflict do nothing",
                        subnet.id(),
                        ip,
                        interfaceId)
                > 0;
    }

    /** Takes an address from an interface; throws when it has not got it. */
    String unassign(EntityManager entities, String interfaceId, String ip) {
        var text = IpRange.address(ip)
                .filter(any -> ip.indexOf(':') >= 0)
                .map(Ipv6Addresses::text)
                .orElseThrow(() -> InterfaceErrors.malformed(ip));
        var gone = PlainSql.update(
                entities,
                "delete from network_interface_ipv6 where interface_id = ? and address = ?",
                interfaceId,
                text);
        if (gone == 0) {
            throw InterfaceErrors.notAssigned(ip, interfaceId);
        }
        return text;
    }

    /** The addresses of interfaces; complete once the statements were run. */
    static Map<String, List<String>> of(PlainSql.Together together, InterfaceChoice choice) {
        var found = new HashMap<String, List<String>>();
        together.query(
                "select interface_id, address from network_interface_ipv6 where interface_id" + choice.condition()
                        + " order by interface_id, place",
                row -> found.computeIfAbsent(row.getString(1), any -> new ArrayList<>())
                        .add(row.getString(2)),
                (Object) choice.ids());
        return found;
    }

    private static String text(BigInteger number) {
        var range = new IpRange(true, number, 2 * HOST_BITS).toString();
        return range.substring(0, range.indexOf('/'));
    }
}
