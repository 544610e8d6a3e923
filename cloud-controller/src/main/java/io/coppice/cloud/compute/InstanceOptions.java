package io.coppice.cloud.compute;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;

/** What users may switch on an instance that do not touch its hardware. */
@Embeddable
record InstanceOptions(
        @Column(name = "api_termination_disabled") boolean terminationDisabled,
        @Column(name = "api_stop_disabled") boolean stopDisabled,

        @Enumerated(EnumType.STRING) @Column(name = "shutdown_behavior")
        ShutdownBehavior shutdownBehavior,

        @Column(name = "monitoring") boolean monitoring,
        @Column(name = "source_dest_check") boolean sourceDestCheck,
        @Column(name = "ebs_optimized") boolean ebsOptimized,
        @Column(name = "tenancy") String tenancy) {

    InstanceOptions withTerminationDisabled(boolean disabled) {
        return new InstanceOptions(
                disabled, stopDisabled, shutdownBehavior, monitoring, sourceDestCheck, ebsOptimized, tenancy);
    }

    InstanceOptions withStopDisabled(boolean disabled) {
        return new InstanceOptions(
                terminationDisabled, disabled, shutdownBehavior, monitoring, sourceDestCheck, ebsOptimized, tenancy);
    }

    InstanceOptions withShutdownBehavior(ShutdownBehavior behavior) {
        return new InstanceOptions(
                terminationDisabled, stopDisabled, behavior, monitoring, sourceDestCheck, ebsOptimized, tenancy);
    }

    InstanceOptions withMonitoring(boolean enabled) {
        return new InstanceOptions(
                terminationDisabled, stopDisabled, shutdownBehavior, enabled, sourceDestCheck, ebsOptimized, tenancy);
    }

    InstanceOptions withSourceDestCheck(boolean enabled) {
        return new InstanceOptions(
                terminationDisabled, stopDisabled, shutdownBehavior, monitoring, enabled, ebsOptimized, tenancy);
    }

    InstanceOptions withEbsOptimized(boolean enabled) {
        return new InstanceOptions(
                terminationDisabled, stopDisabled, shutdownBehavior, monitoring, sourceDestCheck, enabled, tenancy);
    }
}
