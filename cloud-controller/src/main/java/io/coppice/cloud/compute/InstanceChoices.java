package io.coppice.cloud.compute;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/**
 * What users choose of an instance that no host hears of, but for its names.
 *
 * @param cpuUnlimited whether it was told to have unlimited CPU credits
 * @param recoveryDisabled whether it must not be moved when its host fails
 * @param resourceNamed whether its host name is its id and not its address
 * @param ipv4Record whether its resource name has an A record
 * @param ipv6Record whether its resource name has an AAAA record
 */
@Embeddable
record InstanceChoices(
        @Column(name = "cpu_unlimited") boolean cpuUnlimited,
        @Column(name = "auto_recovery_disabled") boolean recoveryDisabled,
        @Column(name = "resource_named") boolean resourceNamed,
        @Column(name = "resource_name_a") boolean ipv4Record,
        @Column(name = "resource_name_aaaa") boolean ipv6Record) {

    InstanceChoices withCpuUnlimited(boolean unlimited) {
        return new InstanceChoices(unlimited, recoveryDisabled, resourceNamed, ipv4Record, ipv6Record);
    }

    InstanceChoices withRecoveryDisabled(boolean disabled) {
        return new InstanceChoices(cpuUnlimited, disabled, resourceNamed, ipv4Record, ipv6Record);
    }

    InstanceChoices with(NameOptions names) {
        return new InstanceChoices(
                cpuUnlimited, recoveryDisabled, names.resourceNamed(), names.ipv4Record(), names.ipv6Record());
    }

    NameOptions names() {
        return new NameOptions(resourceNamed, ipv4Record, ipv6Record);
    }
}
