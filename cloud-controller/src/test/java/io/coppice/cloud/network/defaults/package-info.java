/**
 * Tests of default networks.
 */
@NullMarked
package io.coppice.cloud.network.defaults;

import org.jspecify.annotations.NullMarked;
