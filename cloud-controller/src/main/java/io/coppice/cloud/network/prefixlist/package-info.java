/**
 * Managed prefix lists: named, versioned sets of ranges that rules of security groups refer to.
 */
@NullMarked
package io.coppice.cloud.network.prefixlist;

import org.jspecify.annotations.NullMarked;
