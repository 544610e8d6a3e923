/**
 * Keys of disks: each encrypted volume has one of its own, which the snapshots of it and the volumes made of those share, and
 * which is kept wrapped by the master key only.
 */
@NullMarked
package io.coppice.ebs.key;

import org.jspecify.annotations.NullMarked;
