/**
 * Tests of the package of the same name.
 */
@NullMarked
package io.coppice.node.metadata;

import org.jspecify.annotations.NullMarked;
