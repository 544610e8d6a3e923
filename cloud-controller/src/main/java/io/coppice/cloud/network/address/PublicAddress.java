package io.coppice.cloud.network.address;

import org.jspecify.annotations.Nullable;

/**
 * A public address that is in use.
 *
 * @param ip dotted quad
 * @param allocationId {@code eipalloc-…}; null when it came with a launch
 * @param associationId {@code eipassoc-…}; null when it stands for nothing
 * @param interfaceId of the interface that it stands for
 * @param privateIp the interface's address that it stands for
 * @param domainName what its user wishes for reverse look-ups
 */
public record PublicAddress(
        String ip,
        String accountId,
        @Nullable String allocationId,
        @Nullable String associationId,
        @Nullable String interfaceId,
        @Nullable String privateIp,
        @Nullable String domainName) {
    /** Whether it stays with its account when it is taken from its interface. */
    public boolean elastic() {
        return allocationId != null;
    }
}
