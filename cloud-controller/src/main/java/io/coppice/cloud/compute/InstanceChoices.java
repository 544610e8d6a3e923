package io.coppice.cloud.compute;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/**
 * What users choose of an instance that no host hears of, but for its name.
 *
 * @param cpuUnlimited whether it was told to have unlimited CPU credits
 * @param recoveryDisabled whether it must not be moved when its host fails
 * @param resourceNamed whether its host name is its id and not its address
 */
@Embeddable
record InstanceChoices(
        @Column(name = "cpu_unlimited") boolean cpuUnlimited,
        @Column(name = "auto_recovery_disabled") boolean recoveryDisabled,
        @Column(name = "resource_named") boolean resourceNamed) {

    InstanceChoices withCpuUnlimited(boolean unlimited) {
        return new InstanceChoices(unlimited, recoveryDisabled, resourceNamed);
    }

    InstanceChoices withRecoveryDisabled(boolean disabled) {
        return new InstanceChoices(cpuUnlimited, disabled, resourceNamed);
    }

    InstanceChoices withResourceNamed(boolean named) {
        return new InstanceChoices(cpuUnlimited, recoveryDisabled, named);
    }
}
