/** Tests of replacements of root volumes. */
@NullMarked
package io.coppice.cloud.rootvolume;

import org.jspecify.annotations.NullMarked;
