/**
 * Tests of route tables and routes.
 */
@NullMarked
package io.coppice.cloud.network.routetable;

import org.jspecify.annotations.NullMarked;
