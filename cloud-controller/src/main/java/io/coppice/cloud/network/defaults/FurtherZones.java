package io.coppice.cloud.network.defaults;

import io.coppice.cloud.network.subnet.Subnets;
import io.coppice.cloud.network.vpc.Vpcs;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.HashSet;
import java.util.List;

/**
 * Sees to the default subnets in the zones besides the cloud's own: an account has one from its first request after the zone
 * came, once. Every method works in the caller's transaction; a cloud with one zone is asked nothing. Thread-safe.
 */
final class FurtherZones {
    private final List<String> zones;
    private final Vpcs vpcs;
    private final Subnets subnets;

    FurtherZones(Zones zones, Vpcs vpcs, Subnets subnets) {
        this.zones = zones.all().stream()
                .filter(zone -> !zone.equals(zones.standard()))
                .toList();
        this.vpcs = vpcs;
        this.subnets = subnets;
    }

    /** The zones besides the cloud's own, by name. */
    List<String> all() {
        return zones;
    }

    /** Makes what an account lacks of them since zones came; none where its default VPC is gone, has one or has no room. */
    void ensure(EntityManager entities, AccountId account, DefaultNetworks networks) {
        if (lacking(entities, account).isEmpty()) {
            return;
        }
        DefaultNetworks.lock(entities, account);
        for (var zone : lacking(entities, account)) {
            make(entities, account, zone, networks);
            remember(entities, account, zone);
        }
    }

    private void make(EntityManager entities, AccountId account, String zone, DefaultNetworks networks) {
        var present = vpcs.standard(entities, account);
        if (present.isEmpty() || subnets.standard(entities, account, zone).isPresent()) {
            return;
        }
        var vpc = vpcs.change(entities, account, present.get().id());
        if (networks.free(entities, vpc).isPresent()) {
            networks.makeSubnet(entities, account, vpc, zone, null);
        }
    }

    /** An account has all of them now. */
    void given(EntityManager entities, AccountId account) {
        zones.forEach(zone -> remember(entities, account, zone));
    }

    private static void remember(EntityManager entities, AccountId account, String zone) {
        PlainSql.update(
                entities, "insert into network_account_zones (account_id, zone) values (?, ?)", account.value(), zone);
    }

    private List<String> lacking(EntityManager entities, AccountId account) {
        if (zones.isEmpty()) {
            return zones;
        }
        var given = new HashSet<>(PlainSql.query(
                entities,
                "select zone from network_account_zones where account_id = ?",
                row -> row.getString(1),
                account.value()));
        return zones.stream().filter(zone -> !given.contains(zone)).toList();
    }
}
