package io.coppice.node.hypervisor;

import io.coppice.foundation.id.InstanceId;

/**
 * A domain changed.
 *
 * @param state what it does now
 * @param guestInitiated whether the guest did it (shutdown from inside), not one of our calls
 */
public record DomainEvent(InstanceId instance, DomainState state, boolean guestInitiated) {}
