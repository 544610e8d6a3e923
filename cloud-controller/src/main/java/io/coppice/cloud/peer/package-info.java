/**
 * The Cloud Controller as a caller of other roles.
 */
@NullMarked
package io.coppice.cloud.peer;

import org.jspecify.annotations.NullMarked;
