/**
 * Copies of snapshots in the object store: the EBS controller makes them, and may do so with what it is permitted from here.
 */
@NullMarked
package io.coppice.cloud.copy;

import org.jspecify.annotations.NullMarked;
