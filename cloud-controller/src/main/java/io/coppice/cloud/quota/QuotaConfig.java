package io.coppice.cloud.quota;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Quotas of accounts that the operator has not given another one, where no feature's own configuration has them. */
@ConfigMapping(prefix = "coppice.quotas")
public interface QuotaConfig {
    /** Virtual processors of all instances of an account that are not terminated. */
    @WithDefault("100000")
    long vcpus();

    /** MiB of memory of all instances of an account that are not terminated. */
    @WithDefault("1000000000")
    long memoryMib();
}
