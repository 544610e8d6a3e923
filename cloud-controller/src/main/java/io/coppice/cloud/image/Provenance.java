package io.coppice.cloud.image;

/**
 * Where an image comes from, as far as somebody vouches for it.
 *
 * @param withCloud whether it comes with the cloud
 * @param signedBy the key that it was signed with, by the SHA-256 of that in lower-case hexadecimal; empty for none
 */
public record Provenance(boolean withCloud, String signedBy) {
    /** Of an image that nobody vouches for. */
    public static final Provenance NONE = new Provenance(false, "");
}
