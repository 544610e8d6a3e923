/**
 * Volumes in a Ceph cluster. {@link io.coppice.ebs.rbd.RbdVolumeBackend} decides, {@link io.coppice.ebs.rbd.RbdDisks} knows what
 * is in an image, plain or encrypted, and {@link io.coppice.ebs.rbd.RbdImages} speaks to Ceph through its command-line tools; the
 * bytes go through storage daemons, as those of other volumes do.
 */
@NullMarked
package io.coppice.ebs.rbd;

import org.jspecify.annotations.NullMarked;
