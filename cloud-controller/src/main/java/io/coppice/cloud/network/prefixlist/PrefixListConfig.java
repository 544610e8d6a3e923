package io.coppice.cloud.network.prefixlist;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Limits of managed prefix lists, which are AWS's own. */
@ConfigMapping(prefix = "coppice.prefix-lists")
public interface PrefixListConfig {
    /** Managed prefix lists of an account. */
    @WithDefault("100")
    int maxPerAccount();

    /** The most entries that a list may be made for; 1 to 1,000. */
    @WithDefault("1000")
    int maxEntries();
}
