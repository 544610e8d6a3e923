/** Tests of what may be public. */
@NullMarked
package io.coppice.cloud.sharing;

import org.jspecify.annotations.NullMarked;
