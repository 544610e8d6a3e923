/**
 * Tests of network ACLs.
 */
@NullMarked
package io.coppice.cloud.network.acl;

import org.jspecify.annotations.NullMarked;
