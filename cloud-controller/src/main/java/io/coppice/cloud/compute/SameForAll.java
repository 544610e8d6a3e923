package io.coppice.cloud.compute;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ec2.model.CapacityReservationSpecificationResponse;
import software.amazon.awssdk.services.ec2.model.EnclaveOptions;
import software.amazon.awssdk.services.ec2.model.HibernationOptions;
import software.amazon.awssdk.services.ec2.model.InstanceMaintenanceOptions;
import software.amazon.awssdk.services.ec2.model.Monitoring;
import software.amazon.awssdk.services.ec2.model.PrivateDnsNameOptionsResponse;

/** Parts of the answers that are the same for every instance or one of a few, made once. Immutable. */
final class SameForAll {
    static final CapacityReservationSpecificationResponse CAPACITY_RESERVATION =
            CapacityReservationSpecificationResponse.builder()
                    .capacityReservationPreference("open")
                    .build();
    static final HibernationOptions HIBERNATION =
            HibernationOptions.builder().configured(false).build();
    static final EnclaveOptions ENCLAVE =
            EnclaveOptions.builder().enabled(false).build();
    static final InstanceMaintenanceOptions MAINTENANCE =
            InstanceMaintenanceOptions.builder().autoRecovery("default").build();
    static final PrivateDnsNameOptionsResponse PRIVATE_DNS_NAME = PrivateDnsNameOptionsResponse.builder()
            .hostnameType("ip-name")
            .enableResourceNameDnsARecord(false)
            .enableResourceNameDnsAAAARecord(false)
            .build();
    static final Monitoring MONITORED = Monitoring.builder().state("enabled").build();
    static final Monitoring NOT_MONITORED =
            Monitoring.builder().state("disabled").build();

    private static final Map<InstanceState, software.amazon.awssdk.services.ec2.model.InstanceState> STATES =
            Arrays.stream(InstanceState.values())
                    .collect(Collectors.toUnmodifiableMap(state -> state, SameForAll::made));

    private SameForAll() {}

    /** The state as the API has it. */
    static software.amazon.awssdk.services.ec2.model.InstanceState state(InstanceState state) {
        return Objects.requireNonNull(STATES.get(state));
    }

    private static software.amazon.awssdk.services.ec2.model.InstanceState made(InstanceState state) {
        return software.amazon.awssdk.services.ec2.model.InstanceState.builder()
                .code(state.code())
                .name(state.awsName())
                .build();
    }
}
