/**
 * Tests of internet gateways.
 */
@NullMarked
package io.coppice.cloud.network.gateway;

import org.jspecify.annotations.NullMarked;
