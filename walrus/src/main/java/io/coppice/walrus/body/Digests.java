package io.coppice.walrus.body;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Message digests that every JDK has. */
public final class Digests {
    private Digests() {}

    /** A new SHA-256. */
    public static MessageDigest sha256() {
        return of("SHA-256");
    }

    /** A new SHA-1, which S3 offers as a checksum; it protects nothing. */
    public static MessageDigest sha1() {
        return of("SHA-1");
    }

    /** A new MD5, which is what ETags are made of; it protects nothing. */
    public static MessageDigest md5() {
        return of("MD5");
    }

    private static MessageDigest of(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(algorithm + " is in every JDK", e);
        }
    }
}
