package io.coppice.cloud.image;

import io.coppice.foundation.id.AccountId;

/** Which account is the cloud's own. Thread-safe. */
@FunctionalInterface
public interface SystemAccount {
    /** Its id, which never changes; fails before the first start has made it. */
    AccountId id();
}
