/**
 * Tests of the package of the same name.
 */
@NullMarked
package io.coppice.node.command;

import org.jspecify.annotations.NullMarked;
