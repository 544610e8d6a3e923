/**
 * Walrus, the object store.
 */
@NullMarked
package io.coppice.walrus;

import org.jspecify.annotations.NullMarked;
