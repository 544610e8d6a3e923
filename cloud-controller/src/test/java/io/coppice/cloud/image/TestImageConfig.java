package io.coppice.cloud.image;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Limits of images for tests.
 *
 * @param trustedKeys as the configuration has it
 * @param requireSignature as the configuration has it
 * @param binRetention as the configuration has it
 */
record TestImageConfig(Optional<Path> trustedKeys, SignatureRule requireSignature, Duration binRetention)
        implements ImageConfig {
    TestImageConfig() {
        this(Optional.empty(), SignatureRule.NONE);
    }

    TestImageConfig(Optional<Path> trustedKeys, SignatureRule requireSignature) {
        this(trustedKeys, requireSignature, Duration.ZERO);
    }

    /** The same, with a recycle bin. */
    TestImageConfig keepingFor(Duration retention) {
        return new TestImageConfig(trustedKeys, requireSignature, retention);
    }

    @Override
    public int maxPerAccount() {
        return 10;
    }

    @Override
    public int pinsAtOnce() {
        return 2;
    }

    @Override
    public Duration pinTime() {
        return Duration.ofMinutes(1);
    }

    @Override
    public Duration interval() {
        return Duration.ofMillis(50);
    }
}
