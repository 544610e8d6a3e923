/** Tests: volumes. */
@NullMarked
package io.coppice.cloud.volume;

import org.jspecify.annotations.NullMarked;
