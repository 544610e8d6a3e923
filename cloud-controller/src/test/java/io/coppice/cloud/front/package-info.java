/** Tests of the front package. */
@NullMarked
package io.coppice.cloud.front;

import org.jspecify.annotations.NullMarked;
