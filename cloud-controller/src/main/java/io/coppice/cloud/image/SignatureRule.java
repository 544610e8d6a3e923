package io.coppice.cloud.image;

/** Where an image must be signed with a key that the cloud trusts. The images that come with the cloud need not be. */
public enum SignatureRule {
    /** Nowhere. */
    NONE,
    /** To be launched. */
    LAUNCH,
    /** To be launched, and to be registered at all. */
    REGISTER
}
