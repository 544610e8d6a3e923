/**
 * Subnets: their ranges, their settings and how many addresses are left in them.
 */
@NullMarked
package io.coppice.cloud.network.subnet;

import org.jspecify.annotations.NullMarked;
