/**
 * Tests of subnets.
 */
@NullMarked
package io.coppice.cloud.network.subnet;

import org.jspecify.annotations.NullMarked;
