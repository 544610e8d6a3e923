/** Tests of the subjects that are not there. */
@NullMarked
package io.coppice.cloud.absent;

import org.jspecify.annotations.NullMarked;
