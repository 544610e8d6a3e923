package io.coppice.cloud.setting;

import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;

/** What launches need of an account's settings. Thread-safe. */
@FunctionalInterface
public interface AccountSettings {
    /** The account's choices; belongs in the caller's transaction. */
    LaunchDefaults forLaunch(EntityManager entities, AccountId account);
}
