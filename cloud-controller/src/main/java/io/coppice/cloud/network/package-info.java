/**
 * Networks of accounts in VPC mode: what the features below share. {@link io.coppice.cloud.network.NetworkLedger} is how
 * every action reads and writes, {@link io.coppice.cloud.network.VpcGenerations} how hosts come to know of a change,
 * {@link io.coppice.cloud.network.IpRange} the arithmetic of ranges.
 */
@NullMarked
package io.coppice.cloud.network;

import org.jspecify.annotations.NullMarked;
