/**
 * Tests of DHCP options.
 */
@NullMarked
package io.coppice.cloud.network.dhcp;

import org.jspecify.annotations.NullMarked;
