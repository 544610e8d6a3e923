/**
 * Objects as machine images: what they are, keeping their bytes, and URLs by which hosts fetch them.
 */
@NullMarked
package io.coppice.walrus.image;

import org.jspecify.annotations.NullMarked;
