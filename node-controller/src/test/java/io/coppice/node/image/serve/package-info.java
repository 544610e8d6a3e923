/** Tests of the process that serves an image while it arrives. */
@NullMarked
package io.coppice.node.image.serve;

import org.jspecify.annotations.NullMarked;
