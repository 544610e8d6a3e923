package io.coppice.cloud.network.networkinterface;

import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.subnet.SubnetRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A network interface in the database; its groups and addresses are in tables of their own. */
@Entity
@Table(name = "network_interfaces")
class InterfaceRow {
    static final String ATTACHMENT_PREFIX = "eni-attach-";
    private static final String MAC_START = "02";
    private static final int MAC_BYTES = 5;

    @Id
    @Column(name = "id")
    String id;

    @Column(name = "account_id", updatable = false)
    String accountId;

    @Column(name = "vpc_id", updatable = false)
    String vpcId;

    @Column(name = "subnet_id", updatable = false)
    String subnetId;

    @Column(name = "zone", updatable = false)
    String zone;

    @Column(name = "mac", updatable = false)
    String mac;

    @Column(name = "description")
    String description;

    @Column(name = "source_dest_check")
    boolean sourceDestCheck;

    @Column(name = "kind", updatable = false)
    String kind;

    @Column(name = "requester_id", updatable = false)
    @Nullable
    String requesterId;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    @Column(name = "attachment_id")
    @Nullable
    String attachmentId;

    @Column(name = "instance_id")
    @Nullable
    String instanceId;

    @Column(name = "device_index")
    int deviceIndex;

    @Column(name = "attached_at")
    @Nullable
    Instant attachedAt;

    @Column(name = "delete_on_termination")
    boolean deleteOnTermination;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected InterfaceRow() {}

    InterfaceRow(String id, SubnetRow subnet, NewInterface wanted, Instant createdAt) {
        this.id = id;
        this.accountId = subnet.accountId();
        this.vpcId = subnet.vpcId();
        this.subnetId = subnet.id();
        this.zone = subnet.zone();
        this.mac = mac(id);
        this.description = wanted.description();
        this.sourceDestCheck = wanted.sourceDestCheck();
        this.kind = wanted.kind();
        this.requesterId = wanted.requesterId();
        this.createdAt = createdAt;
        var attachment = wanted.attachment();
        if (attachment != null) {
            attach(attachment, createdAt);
        }
    }

    final void attach(NewInterface.Attachment attachment, Instant now) {
        this.attachmentId = NetworkKind.newId(ATTACHMENT_PREFIX);
        this.instanceId = attachment.instanceId();
        this.deviceIndex = attachment.deviceIndex();
        this.deleteOnTermination = attachment.deleteOnTermination();
        this.attachedAt = now;
    }

    void detach() {
        attachmentId = null;
        instanceId = null;
        attachedAt = null;
        deviceIndex = 0;
        deleteOnTermination = false;
    }

    /** Whether a service and not its user made it. */
    boolean managed() {
        return requesterId != null;
    }

    /** Locally administered, made from the id so that it is as random as that. */
    private static String mac(String id) {
        var digits = id.substring(id.indexOf('-') + 1);
        var mac = new StringBuilder(MAC_START);
        for (var i = 0; i < MAC_BYTES; i++) {
            mac.append(':').append(digits, 2 * i, 2 * i + 2);
        }
        return mac.toString();
    }
}
