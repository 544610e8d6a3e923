/**
 * Tests of VPCs.
 */
@NullMarked
package io.coppice.cloud.network.vpc;

import org.jspecify.annotations.NullMarked;
