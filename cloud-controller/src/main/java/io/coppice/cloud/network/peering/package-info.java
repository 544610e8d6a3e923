/**
 * Peering connections of two VPCs.
 */
@NullMarked
package io.coppice.cloud.network.peering;

import org.jspecify.annotations.NullMarked;
