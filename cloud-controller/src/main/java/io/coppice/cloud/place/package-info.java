/**
 * Regions, zones and the flat network that every account sees as its default VPC.
 */
@NullMarked
package io.coppice.cloud.place;

import org.jspecify.annotations.NullMarked;
