/**
 * Where the bytes of objects live. {@link io.coppice.walrus.blob.BlobStore} is the seam; blobs are immutable, have no
 * names that users know, and are found through the metadata only.
 */
@NullMarked
package io.coppice.walrus.blob;

import org.jspecify.annotations.NullMarked;
