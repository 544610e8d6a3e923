package io.coppice.node.network;

import io.coppice.foundation.id.InstanceId;

/**
 * An address that somebody else has given a guest.
 *
 * @param mac of the guest's interface, lower case, colon separated
 * @param ipv4 dotted quad
 */
public record LearnedAddress(InstanceId instance, String mac, String ipv4) {}
