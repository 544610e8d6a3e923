/** Users: who they are, and everything that must be gone before they go. */
@NullMarked
package io.coppice.cloud.identity.user;

import org.jspecify.annotations.NullMarked;
