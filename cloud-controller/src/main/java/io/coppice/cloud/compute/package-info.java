/**
 * Instances: what users want of them, what is observed, and how one converges to the other.
 */
@NullMarked
package io.coppice.cloud.compute;

import org.jspecify.annotations.NullMarked;
