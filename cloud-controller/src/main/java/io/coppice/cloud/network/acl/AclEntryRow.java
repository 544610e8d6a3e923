package io.coppice.cloud.network.acl;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;

/** An entry of a network ACL in the database. */
@Entity
@Table(name = "network_acl_entries")
class AclEntryRow {
    @EmbeddedId
    Key key;

    @Column(name = "allow")
    boolean allow;

    @Column(name = "protocol")
    int protocol;

    @Column(name = "from_port")
    int fromPort;

    @Column(name = "to_port")
    int toPort;

    @Column(name = "cidr_block")
    String cidrBlock;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected AclEntryRow() {}

    AclEntryRow(Key key, AclRule rule) {
        this.key = key;
        set(rule);
    }

    /** Makes it another rule under the same number. */
    final void set(AclRule rule) {
        allow = rule.allow();
        protocol = rule.protocol();
        fromPort = rule.fromPort();
        toPort = rule.toPort();
        cidrBlock = rule.range().toString();
    }

    /** Which ACL, direction and number. */
    @Embeddable
    record Key(
            @Column(name = "network_acl_id") String aclId,
            @Column(name = "egress") boolean egress,
            @Column(name = "rule_number") int number) {}
}
