/**
 * Local undo written next to the step it takes back.
 */
@NullMarked
package io.coppice.foundation.undo;

import org.jspecify.annotations.NullMarked;
