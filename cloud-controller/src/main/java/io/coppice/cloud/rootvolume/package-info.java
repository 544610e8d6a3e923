/** Replacements of the root volumes of running instances: a new volume is made, the guest is off while they change places. */
@NullMarked
package io.coppice.cloud.rootvolume;

import org.jspecify.annotations.NullMarked;
