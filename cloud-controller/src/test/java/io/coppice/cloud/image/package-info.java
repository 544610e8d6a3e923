/** Tests: images. */
@NullMarked
package io.coppice.cloud.image;

import org.jspecify.annotations.NullMarked;
