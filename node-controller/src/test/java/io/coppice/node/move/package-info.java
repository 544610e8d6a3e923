/** Tests of the way that moves take from host to host. */
@NullMarked
package io.coppice.node.move;

import org.jspecify.annotations.NullMarked;
