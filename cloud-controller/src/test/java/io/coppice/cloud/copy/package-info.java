/** Tests: leave to copy snapshots. */
@NullMarked
package io.coppice.cloud.copy;

import org.jspecify.annotations.NullMarked;
