package io.coppice.cloud.network.group;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** A rule of a security group in the database. Changed only while its VPC is locked. */
@Entity
@Table(name = "security_group_rules")
class RuleRow {
    @Id
    @Column(name = "id")
    String id;

    @Column(name = "group_id", updatable = false)
    String groupId;

    @Column(name = "egress", updatable = false)
    boolean egress;

    @Column(name = "protocol")
    int protocol;

    @Column(name = "from_port")
    int fromPort;

    @Column(name = "to_port")
    int toPort;

    @Column(name = "peer")
    String peer;

    @Column(name = "description")
    String description;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected RuleRow() {}

    @SuppressWarnings("NullAway.Init")
    RuleRow(String id, String groupId, Permission permission, String description) {
        this.id = id;
        this.groupId = groupId;
        this.egress = permission.egress();
        become(permission, description);
    }

    /** Says something else from now on, in the same direction. */
    final void become(Permission permission, String newDescription) {
        this.protocol = permission.protocol();
        this.fromPort = permission.fromPort();
        this.toPort = permission.toPort();
        this.peer = permission.peer();
        this.description = newDescription;
    }

    Permission permission() {
        return new Permission(egress, protocol, fromPort, toPort, peer);
    }
}
