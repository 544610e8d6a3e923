/** Tests of the policy language. */
@NullMarked
package io.coppice.policy;

import org.jspecify.annotations.NullMarked;
