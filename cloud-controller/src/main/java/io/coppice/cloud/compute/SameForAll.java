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
    static final Monitoring MONITORED = Monitoring.builder().state("enabled").build();
    static final Monitoring NOT_MONITORED =
            Monitoring.builder().state("disabled").build();

    private static final InstanceMaintenanceOptions RECOVERED = maintenance("default");
    private static final InstanceMaintenanceOptions NOT_RECOVERED = maintenance("disabled");
    private static final PrivateDnsNameOptionsResponse USUALLY_NAMED = privateDnsNameOf(NameOptions.USUAL);

    private static final Map<InstanceState, software.amazon.awssdk.services.ec2.model.InstanceState> STATES =
            Arrays.stream(InstanceState.values())
                    .collect(Collectors.toUnmodifiableMap(state -> state, SameForAll::made));

    private SameForAll() {}

    static InstanceMaintenanceOptions maintenance(boolean recoveryDisabled) {
        return recoveryDisabled ? NOT_RECOVERED : RECOVERED;
    }

    static PrivateDnsNameOptionsResponse privateDnsName(NameOptions names) {
        return names.equals(NameOptions.USUAL) ? USUALLY_NAMED : privateDnsNameOf(names);
    }

    /** The state as the API has it. */
    static software.amazon.awssdk.services.ec2.model.InstanceState state(InstanceState state) {
        return Objects.requireNonNull(STATES.get(state));
    }

    private static InstanceMaintenanceOptions maintenance(String autoRecovery) {
        return InstanceMaintenanceOptions.builder().autoRecovery(autoRecovery).build();
    }

    private static PrivateDnsNameOptionsResponse privateDnsNameOf(NameOptions names) {
        return PrivateDnsNameOptionsResponse.builder()
                .hostnameType(names.hostnameType())
                .enableResourceNameDnsARecord(names.ipv4Record())
                .enableResourceNameDnsAAAARecord(names.ipv6Record())
                .build();
    }

    private static software.amazon.awssdk.services.ec2.model.InstanceState made(InstanceState state) {
        return software.amazon.awssdk.services.ec2.model.InstanceState.builder()
                .code(state.code())
                .name(state.awsName())
                .build();
    }
}
