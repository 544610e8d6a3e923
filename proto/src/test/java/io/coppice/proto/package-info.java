/** Tests of the contracts themselves. */
@NullMarked
package io.coppice.proto;

import org.jspecify.annotations.NullMarked;
