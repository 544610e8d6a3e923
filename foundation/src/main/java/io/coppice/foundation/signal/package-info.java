/** How parts of one process wake each other when there is something new to look at. */
@NullMarked
package io.coppice.foundation.signal;

import org.jspecify.annotations.NullMarked;
