/**
 * Tests of the package of the same name: hosts and guests are network namespaces, packets are real.
 */
@NullMarked
package io.coppice.node.network.vpc;

import org.jspecify.annotations.NullMarked;
