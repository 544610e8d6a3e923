package io.coppice.cloud.network.routetable;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;

/** A route in the database. What kind of target it has, the prefix of the target's id tells. */
@Entity
@Table(name = "routes")
class RouteRow {
    @EmbeddedId
    Key key;

    @Column(name = "target_id")
    String targetId;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected RouteRow() {}

    RouteRow(Key key, String targetId) {
        this.key = key;
        this.targetId = targetId;
    }

    /** Which table, and where its packets go; as {@link io.coppice.cloud.network.IpRange} writes it. */
    @Embeddable
    record Key(
            @Column(name = "route_table_id") String tableId,
            @Column(name = "destination") String destination) {}
}
