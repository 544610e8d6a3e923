/**
 * Network interfaces: {@link io.coppice.cloud.network.networkinterface.NetworkInterfaces} keeps them, {@link
 * io.coppice.cloud.network.networkinterface.SubnetAddresses} chooses their private addresses, and {@link
 * io.coppice.cloud.network.networkinterface.AttachedInstances} is what they need of instances.
 */
@NullMarked
package io.coppice.cloud.network.networkinterface;

import org.jspecify.annotations.NullMarked;
