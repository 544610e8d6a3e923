/**
 * Tests of the package of the same name.
 */
@NullMarked
package io.coppice.node.network;

import org.jspecify.annotations.NullMarked;
