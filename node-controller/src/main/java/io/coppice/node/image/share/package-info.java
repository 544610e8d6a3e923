/**
 * Gives images of this host to other hosts of its zone, as far as they are here, and no faster than is good for the guests.
 */
@NullMarked
package io.coppice.node.image.share;

import org.jspecify.annotations.NullMarked;
