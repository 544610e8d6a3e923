/**
 * The seam to the host's network: endpoints for guests, repaired from what is desired.
 */
@NullMarked
package io.coppice.node.network;

import org.jspecify.annotations.NullMarked;
