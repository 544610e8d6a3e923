/**
 * Placement groups: which instances must not share a host. {@link io.coppice.cloud.placement.PlacementGroups} is what a
 * launch needs of them.
 */
@NullMarked
package io.coppice.cloud.placement;

import org.jspecify.annotations.NullMarked;
