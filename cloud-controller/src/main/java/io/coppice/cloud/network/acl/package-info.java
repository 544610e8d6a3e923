/**
 * Network ACLs and their entries.
 */
@NullMarked
package io.coppice.cloud.network.acl;

import org.jspecify.annotations.NullMarked;
