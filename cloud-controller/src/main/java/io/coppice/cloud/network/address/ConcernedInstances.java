package io.coppice.cloud.network.address;

import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.networkinterface.AttachedInstances;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.math.BigInteger;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Locks the instances that a change of an elastic address concerns before it locks anything else: the one that has the address and
 * the one that is to have it. Whoever takes in what hosts report locks many instances in the order of their ids, and then their
 * addresses; a change that began in another place would wait for him while he waits for it. Works in the caller's transaction.
 */
final class ConcernedInstances {
    private static final String HAVE_INTERFACES = """
            select distinct n.instance_id from network_interfaces n
            where n.account_id = ? and n.instance_id is not null and n.id in (
                    select cast(? as varchar)
                    union all
                    select p.interface_id from public_addresses p
                    where p.account_id = ? and (p.allocation_id = ? or p.association_id = ? or p.address = ?))""";

    private ConcernedInstances() {}

    /**
     * What a request names. Texts that name nothing are passed over here: they are refused where they are used.
     *
     * @param address allocation or association
     * @param ip the address itself, as older clients name it
     */
    record Named(
            @Nullable String instanceId,
            @Nullable String interfaceId,
            @Nullable String address,
            @Nullable String ip) {}

    static void lock(EntityManager entities, AttachedInstances instances, AccountId account, Named named) {
        var ids = new TreeSet<>(PlainSql.query(
                entities,
                HAVE_INTERFACES,
                row -> row.getString(1),
                account.value(),
                text(named.interfaceId()),
                account.value(),
                text(named.address()),
                text(named.address()),
                number(text(named.ip()))));
        if (!text(named.instanceId()).isEmpty()) {
            ids.add(text(named.instanceId()));
        }
        instances.lock(entities, account, ids);
    }

    private static String text(@Nullable String given) {
        return given == null ? "" : given;
    }

    /** Zero, which is nobody's address, for what is none. */
    private static long number(String ip) {
        return IpRange.address(ip)
                .filter(number -> ip.indexOf(':') < 0)
                .map(BigInteger::longValueExact)
                .orElse(0L);
    }
}
