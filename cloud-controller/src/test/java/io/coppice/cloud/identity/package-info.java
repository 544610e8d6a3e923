/** Tests of the identity package. */
@NullMarked
package io.coppice.cloud.identity;

import org.jspecify.annotations.NullMarked;
