/**
 * Volumes, as users see them; the EBS controller has the bytes.
 */
@NullMarked
package io.coppice.cloud.volume;

import org.jspecify.annotations.NullMarked;
