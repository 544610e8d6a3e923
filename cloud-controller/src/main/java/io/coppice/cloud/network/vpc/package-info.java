/**
 * VPCs: their ranges, their attributes and what belongs to each from its beginning.
 */
@NullMarked
package io.coppice.cloud.network.vpc;

import org.jspecify.annotations.NullMarked;
