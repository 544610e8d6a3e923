/**
 * Copies of snapshots in the object store: each layer is sent once, in chunks, and a snapshot whose layers are gone is made
 * again of them.
 */
@NullMarked
package io.coppice.ebs.copy;

import org.jspecify.annotations.NullMarked;
