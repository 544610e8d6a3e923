/**
 * Public IPv4 addresses: {@link io.coppice.cloud.network.address.PublicAddresses} hands them out of one pool, to accounts as
 * elastic IP addresses and to launches.
 */
@NullMarked
package io.coppice.cloud.network.address;

import org.jspecify.annotations.NullMarked;
