/**
 * Tests of what hosts are told of a VPC.
 */
@NullMarked
package io.coppice.cloud.network.compile;

import org.jspecify.annotations.NullMarked;
