/**
 * Copies of snapshots in the object store: each layer is sent once, in chunks, and a snapshot that is gone is made again of
 * them. {@code SnapshotHome} tells what a layer is: a qcow2 file, or what differs between two disks.
 */
@NullMarked
package io.coppice.ebs.copy;

import org.jspecify.annotations.NullMarked;
