package io.coppice.cloud.image;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Limits and times of images. */
@ConfigMapping(prefix = "coppice.images")
public interface ImageConfig {
    /** How many images an account may have. */
    @WithDefault("10000")
    int maxPerAccount();

    /**
     * A file with the public keys, or certificates, in PEM whose signatures of images count: ECDSA with P-256, or Ed25519. An image
     * that is registered with a signature by none of them fails. Without it signatures are not looked at.
     */
    Optional<Path> trustedKeys();

    /** Where images must be signed by one of {@code trusted-keys}: {@code none}, {@code launch} or {@code register}. */
    @WithDefault("none")
    SignatureRule requireSignature();

    /** How long the owner of a deregistered image can have it back from the recycle bin; nothing: it is gone at once. */
    @WithDefault("PT0S")
    Duration binRetention();

    /** How many images are pinned at a time. */
    @WithDefault("4")
    int pinsAtOnce();

    /** How long pinning one image may take. */
    @WithDefault("PT30M")
    Duration pinTime();

    /** How often images that wait for something are looked at when nothing happens. */
    @WithDefault("PT5S")
    Duration interval();
}
