/**
 * Volumes from what is desired to what is: the table that remembers both, the worker that makes them agree, and the gRPC
 * door.
 */
@NullMarked
package io.coppice.ebs.volume;

import org.jspecify.annotations.NullMarked;
