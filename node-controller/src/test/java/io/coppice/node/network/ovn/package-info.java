/** Tests of the package of the same name that need no OVN; those that do stand beside the other engines' in {@code vpc}. */
@NullMarked
package io.coppice.node.network.ovn;

import org.jspecify.annotations.NullMarked;
