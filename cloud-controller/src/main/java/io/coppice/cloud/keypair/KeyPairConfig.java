package io.coppice.cloud.keypair;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Limits of key pairs. */
@ConfigMapping(prefix = "coppice.key-pairs")
public interface KeyPairConfig {
    /** How many key pairs an account may have. */
    @WithDefault("5000")
    int maxPerAccount();
}
