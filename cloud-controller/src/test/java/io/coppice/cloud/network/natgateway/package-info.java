/**
 * Tests of NAT gateways.
 */
@NullMarked
package io.coppice.cloud.network.natgateway;

import org.jspecify.annotations.NullMarked;
