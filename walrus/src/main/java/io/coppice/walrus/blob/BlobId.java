package io.coppice.walrus.blob;

import java.util.UUID;

/** Names one immutable run of bytes in a {@link BlobStore}. Random, never reused. */
public record BlobId(UUID value) {
    /** A new id that nothing else has. */
    public static BlobId random() {
        return new BlobId(UUID.randomUUID());
    }

    /** Reads {@link #toString}; throws {@link IllegalArgumentException} when the text is not a UUID. */
    public static BlobId parse(String text) {
        return new BlobId(UUID.fromString(text));
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
