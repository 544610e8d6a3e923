/**
 * Who signs requests to Walrus: asked of the Cloud Controller and kept for a short while.
 */
@NullMarked
package io.coppice.walrus.identity;

import org.jspecify.annotations.NullMarked;
