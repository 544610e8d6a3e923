package io.coppice.node.hypervisor;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.InstanceId;

/**
 * A domain as the hypervisor has it.
 *
 * @param generation of the desired state that defined it
 * @param rebootCount highest reboot that was carried out, kept with the domain
 * @param vcpus processors it has
 * @param memoryMib memory it has, MiB
 */
public record Domain(
        InstanceId instance,
        AccountId account,
        long generation,
        long rebootCount,
        DomainState state,
        int vcpus,
        long memoryMib) {
    /** The same domain in another state. */
    public Domain in(DomainState other) {
        return new Domain(instance, account, generation, rebootCount, other, vcpus, memoryMib);
    }
}
