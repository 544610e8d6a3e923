package io.coppice.cloud.image;

import io.coppice.foundation.id.AccountId;
import java.util.List;

/** Who may sign the bundles of an account. */
@FunctionalInterface
interface BundleSigners {
    /** What the keys of bundles' manifests end with. */
    String MANIFEST = ".manifest.xml";

    /** The active signing certificates of the account's users, PEM. */
    List<String> of(AccountId account);
}
