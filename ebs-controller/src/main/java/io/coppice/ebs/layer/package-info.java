/**
 * The files that volumes and snapshots are made of: a tree of qcow2 layers, in which a snapshot is a layer that nobody
 * writes to any more.
 */
@NullMarked
package io.coppice.ebs.layer;

import org.jspecify.annotations.NullMarked;
