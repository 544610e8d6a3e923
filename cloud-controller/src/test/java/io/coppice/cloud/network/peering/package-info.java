/**
 * Tests of peering connections.
 */
@NullMarked
package io.coppice.cloud.network.peering;

import org.jspecify.annotations.NullMarked;
