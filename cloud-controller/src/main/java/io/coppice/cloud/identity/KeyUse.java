package io.coppice.cloud.identity;

import java.time.Instant;

/**
 * When an access key was last used and for what.
 *
 * @param service as the signature's scope names it, for example {@code ec2}
 * @param region likewise
 */
public record KeyUse(Instant at, String service, String region) {}
