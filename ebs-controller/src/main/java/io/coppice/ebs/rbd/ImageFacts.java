package io.coppice.ebs.rbd;

import java.util.OptionalLong;

/**
 * What an image that is whole says of itself.
 *
 * @param below over how many others it lies
 * @param encryptedBytes the size of the disk in it as a guest sees it, bytes, when that is an encrypted qcow2; empty: the image is
 *     the disk
 */
record ImageFacts(int below, OptionalLong encryptedBytes) {
    /** An image over none that is a disk itself. */
    static final ImageFacts PLAIN = new ImageFacts(0, OptionalLong.empty());

    /** An image over none with an encrypted disk of that many bytes in it. */
    static ImageFacts encrypted(long sizeBytes) {
        return new ImageFacts(0, OptionalLong.of(sizeBytes));
    }

    boolean isEncrypted() {
        return encryptedBytes.isPresent();
    }

    /** Of what lies right over it. */
    ImageFacts over() {
        return new ImageFacts(below + 1, encryptedBytes);
    }
}
