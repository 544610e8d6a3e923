package io.coppice.cloud.network.flowlog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A flow log in the database. Only {@link #deliveryError} changes, and who changes it does so by a statement. */
@Entity
@Table(name = "flow_logs")
class FlowLogRow {
    @Id
    @Column(name = "id")
    String id;

    @Column(name = "account_id", updatable = false)
    String accountId;

    @Column(name = "creation_id", updatable = false)
    String creationId;

    @Column(name = "vpc_id", updatable = false)
    String vpcId;

    @Column(name = "subnet_id", updatable = false)
    @Nullable
    String subnetId;

    @Column(name = "network_interface_id", updatable = false)
    @Nullable
    String networkInterfaceId;

    @Column(name = "traffic_type", updatable = false)
    String trafficType;

    @Column(name = "log_destination", updatable = false)
    String logDestination;

    @Column(name = "log_format", updatable = false)
    String logFormat;

    @Column(name = "max_aggregation", updatable = false)
    int maxAggregationSeconds;

    @Column(name = "delivery_error", updatable = false)
    String deliveryError;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected FlowLogRow() {}

    FlowLogRow(
            String id,
            String accountId,
            String creationId,
            FlowLogResource resource,
            WantedFlowLog wanted,
            Instant now) {
        this.id = id;
        this.accountId = accountId;
        this.creationId = creationId;
        this.vpcId = resource.vpcId();
        this.subnetId = resource.type() == FlowLogResource.Type.SUBNET ? resource.id() : null;
        this.networkInterfaceId = resource.type() == FlowLogResource.Type.NETWORK_INTERFACE ? resource.id() : null;
        this.trafficType = wanted.trafficType().name();
        this.logDestination = wanted.destination().arn();
        this.logFormat = wanted.format().text();
        this.maxAggregationSeconds = wanted.maxAggregationSeconds();
        this.deliveryError = "";
        this.createdAt = now;
    }

    /** What it records. */
    String resourceId() {
        if (networkInterfaceId != null) {
            return networkInterfaceId;
        }
        return subnetId == null ? vpcId : subnetId;
    }

    TrafficType traffic() {
        return TrafficType.valueOf(trafficType);
    }
}
