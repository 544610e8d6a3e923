/** Groups of users, and who is in them. */
@NullMarked
package io.coppice.cloud.identity.group;

import org.jspecify.annotations.NullMarked;
