/**
 * The loop that background work of the Cloud Controller runs in: by signal or timer, the same code path.
 */
@NullMarked
package io.coppice.cloud.background;

import org.jspecify.annotations.NullMarked;
