package io.coppice.cloud.network.acl;

import io.coppice.cloud.network.IpRange;

/**
 * What an entry of a network ACL says.
 *
 * @param protocol number of IP's protocol, -1 for all
 * @param fromPort first port or ICMP type, -1 for all
 * @param toPort last port or ICMP code, -1 for all
 */
record AclRule(boolean allow, int protocol, int fromPort, int toPort, IpRange range) {
    static final int ALL = -1;

    /** Allows everything of IPv4 or IPv6. */
    static AclRule everything(IpRange range) {
        return new AclRule(true, ALL, ALL, ALL, range);
    }
}
