/**
 * Tests of placement groups.
 */
@NullMarked
package io.coppice.cloud.placement;

import org.jspecify.annotations.NullMarked;
