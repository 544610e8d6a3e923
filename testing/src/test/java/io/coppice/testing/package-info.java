/**
 * Tests of the product as a whole: the arrows between its parts, and a cloud raised, used, broken and removed as a user
 * would do it.
 */
@NullMarked
package io.coppice.testing;

import org.jspecify.annotations.NullMarked;
