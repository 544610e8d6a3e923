/**
 * The zone's events in a ring, and the watches that read it.
 */
@NullMarked
package io.coppice.cluster.event;

import org.jspecify.annotations.NullMarked;
