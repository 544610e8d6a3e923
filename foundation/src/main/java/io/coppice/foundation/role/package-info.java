/**
 * What a role is to the process that runs it: a name, a start, a stop and a health.
 */
@NullMarked
package io.coppice.foundation.role;

import org.jspecify.annotations.NullMarked;
