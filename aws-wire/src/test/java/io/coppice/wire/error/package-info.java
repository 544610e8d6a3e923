/** Tests of what refused requests leave behind. */
@NullMarked
package io.coppice.wire.error;

import org.jspecify.annotations.NullMarked;
