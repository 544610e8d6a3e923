package io.coppice.cloud.network.subnet;

import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.Segments;
import io.coppice.cloud.network.VlanRanges;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.role.NetworkMode;
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;

/**
 * The numbers by which the frames of subnets are told apart between hosts: any free one, or with {@code MANAGED} a VLAN of the
 * site's. Every method works in the caller's transaction. Thread-safe.
 */
@ApplicationScoped
class SubnetSegments {
    private static final String LOCK = "vlans";

    private final boolean managed;
    private final VlanRanges vlans;

    SubnetSegments(SiteConfig site) {
        this.managed = site.network().mode() == NetworkMode.MANAGED;
        this.vlans = VlanRanges.parse(site.network().vlans());
    }

    /** A number for a new subnet; throws {@code SubnetLimitExceeded} when the site's VLANs are all in use. */
    int take(EntityManager entities, String subnetId) {
        if (!managed) {
            return Segments.take(entities, subnetId);
        }
        PlainSql.lock(entities, LOCK);
        var taken = PlainSql.query(
                entities,
                "insert into network_segments (vni, owner_id) select n, ? from unnest(?) n"
                        + " where not exists (select 1 from network_segments s where s.vni = n) order by n limit 1"
                        + " returning vni",
                row -> row.getInt(1),
                subnetId,
                numbers());
        if (taken.isEmpty()) {
            throw NetworkErrors.limit("SubnetLimitExceeded", "subnets in this cloud, one for each VLAN", vlans.size());
        }
        return taken.getFirst();
    }

    /** Whether a subnet more can be made now. */
    boolean isLeft(EntityManager entities) {
        return !managed
                || PlainSql.query(
                                        entities,
                                        "select count(*) from network_segments where vni = any(?)",
                                        row -> row.getInt(1),
                                        numbers())
                                .getFirst()
                        < vlans.size();
    }

    private PlainSql.Values numbers() {
        return new PlainSql.Values("integer", vlans.numbers().toArray());
    }
}
