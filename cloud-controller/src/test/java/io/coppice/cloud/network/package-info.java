/**
 * Tests of networks in VPC mode, and the fixture that raises all their features on one database.
 */
@NullMarked
package io.coppice.cloud.network;

import org.jspecify.annotations.NullMarked;
