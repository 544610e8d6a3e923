/**
 * Machine images: registered from objects in Walrus.
 */
@NullMarked
package io.coppice.cloud.image;

import org.jspecify.annotations.NullMarked;
