/**
 * Tests of the package of the same name.
 */
@NullMarked
package io.coppice.node.disk;

import org.jspecify.annotations.NullMarked;
