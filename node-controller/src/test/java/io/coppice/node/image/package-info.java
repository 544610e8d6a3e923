/**
 * Tests of the package of the same name.
 */
@NullMarked
package io.coppice.node.image;

import org.jspecify.annotations.NullMarked;
