package io.coppice.cloud.network.natgateway;

import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.math.BigInteger;
import java.util.HashSet;

/** Addresses of NAT gateways where there are no elastic addresses: for private gateways only. Thread-safe. */
@ApplicationScoped
@DefaultBean
class OwnAddresses implements GatewayAddresses {
    /** The first four of a subnet are the network, the router, the resolver and one in reserve. */
    private static final BigInteger FIRST = BigInteger.valueOf(4);

    @Override
    public Held take(EntityManager entities, AccountId account, Wanted wanted) {
        if (wanted.allocationId() != null) {
            throw AwsException.client(
                    "InvalidAllocationID.NotFound", "The allocation ID '" + wanted.allocationId() + "' does not exist");
        }
        entities.flush();
        var subnet = wanted.subnet();
        var taken = new HashSet<>(PlainSql.query(
                entities,
                "select private_ip from nat_gateways where subnet_id = ? and private_ip is not null union all"
                        + " select private_ip from instances where subnet_id = ? and state <> 'TERMINATED'",
                row -> row.getString(1),
                subnet.id(),
                subnet.id()));
        var chosen = wanted.privateIp();
        if (chosen == null) {
            return held(free(subnet.range(), taken));
        }
        var address = IpRange.address(chosen)
                .filter(number -> chosen.indexOf(':') < 0 && usable(subnet.range(), number))
                .orElseThrow(() -> NetworkErrors.invalid(
                        "privateIpAddress", chosen, "Address does not fall within the subnet's address range"));
        var text = IpRange.ipv4Text(address);
        if (taken.contains(text)) {
            throw AwsException.client("InvalidIPAddress.InUse", "The address " + text + " is in use.");
        }
        return held(text);
    }

    private static boolean usable(IpRange range, BigInteger address) {
        return range.contains(address)
                && address.compareTo(range.first().add(FIRST)) >= 0
                && address.compareTo(range.last()) < 0;
    }

    private static String free(IpRange range, HashSet<String> taken) {
        for (var number = range.first().add(FIRST); usable(range, number); number = number.add(BigInteger.ONE)) {
            var text = IpRange.ipv4Text(number);
            if (!taken.contains(text)) {
                return text;
            }
        }
        throw AwsException.client(
                "InsufficientFreeAddressesInSubnet", "The subnet " + range + " has no free address left.");
    }

    private static Held held(String address) {
        return new Held(address, null, null, null);
    }

    @Override
    public void release(EntityManager entities, AccountId account, String natGatewayId) {
        // The address is free with the row's own column.
    }
}
