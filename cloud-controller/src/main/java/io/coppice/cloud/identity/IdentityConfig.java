package io.coppice.cloud.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What can be set of identities. */
@ConfigMapping(prefix = "coppice.identity")
public interface IdentityConfig {
    /**
     * How long the certificate of a host that joined by token is good. The host renews it when a third of that is left;
     * one that was away for longer must join anew.
     */
    @WithDefault("825d")
    Duration hostCertificateLife();
}
