/**
 * The content-addressed cache of images on a host.
 */
@NullMarked
package io.coppice.node.image;

import org.jspecify.annotations.NullMarked;
