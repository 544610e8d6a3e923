package io.coppice.cloud.compute;

import java.time.Instant;
import software.amazon.awssdk.services.ec2.model.InstanceStatus;
import software.amazon.awssdk.services.ec2.model.InstanceStatusDetails;
import software.amazon.awssdk.services.ec2.model.InstanceStatusSummary;

/** The status checks of DescribeInstanceStatus: whether the host answers and the guest's processors run. Pure. */
final class InstanceStatuses {
    private InstanceStatuses() {}

    static String status(Instance row) {
        return switch (row.state) {
            case RUNNING -> row.hostReachable ? "ok" : "impaired";
            case PENDING -> "initializing";
            case SHUTTING_DOWN, TERMINATED, STOPPING, STOPPED -> "not-applicable";
        };
    }

    static String reachability(Instance row) {
        return switch (row.state) {
            case RUNNING -> row.hostReachable ? "passed" : "failed";
            case PENDING -> "initializing";
            case SHUTTING_DOWN, TERMINATED, STOPPING, STOPPED -> "";
        };
    }

    static InstanceStatus answer(Instance row) {
        return InstanceStatus.builder()
                .instanceId(row.id)
                .availabilityZone(row.zone)
                .instanceState(InstanceAnswers.state(row.state))
                .instanceStatus(summary(row))
                .systemStatus(summary(row))
                .build();
    }

    private static InstanceStatusSummary summary(Instance row) {
        var summary = InstanceStatusSummary.builder().status(status(row));
        var reachability = reachability(row);
        if (!reachability.isEmpty()) {
            summary.details(InstanceStatusDetails.builder()
                    .name("reachability")
                    .status(reachability)
                    .impairedSince(impairedSince(row))
                    .build());
        }
        return summary.build();
    }

    private static @org.jspecify.annotations.Nullable Instant impairedSince(Instance row) {
        return row.state == InstanceState.RUNNING && !row.hostReachable ? row.observedAt : null;
    }
}
