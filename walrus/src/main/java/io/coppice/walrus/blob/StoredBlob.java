package io.coppice.walrus.blob;

/**
 * A blob that is wholly and durably in the store.
 *
 * @param id its name
 * @param sizeBytes how many bytes it has, 0 or more
 */
public record StoredBlob(BlobId id, long sizeBytes) {}
