/**
 * Typed resource ids. An id that exists is well formed: the records check themselves.
 */
@NullMarked
package io.coppice.foundation.id;

import org.jspecify.annotations.NullMarked;
