/** Roles, and the instance profiles that carry them into instances. */
@NullMarked
package io.coppice.cloud.identity.role;

import org.jspecify.annotations.NullMarked;
