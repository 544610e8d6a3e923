/** Reference pages in {@code docs/generated}, written from the code and held against it. */
@NullMarked
package io.coppice.testing.reference;

import org.jspecify.annotations.NullMarked;
