package io.coppice.cloud.identity.sts;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Identity providers whose tokens AssumeRoleWithWebIdentity takes, beside those that accounts made in IAM. */
@ConfigMapping(prefix = "coppice.sts")
public interface WebIdentityConfig {
    /** URLs of OpenID Connect issuers that every account may trust in its roles; these may be plain HTTP. */
    Optional<List<String>> oidcIssuers();

    /** Audiences that tokens of these issuers must be for, one of them. */
    @WithDefault("sts.amazonaws.com")
    List<String> oidcAudiences();

    /** How long an issuer may take to answer. */
    @WithDefault("PT5S")
    Duration oidcTimeout();

    /** How long an issuer's keys are used before they are fetched again. */
    @WithDefault("PT15M")
    Duration oidcKeysFor();

    /** Bytes that an answer of an issuer may have. */
    @WithDefault("262144")
    int oidcMaxBytes();
}
