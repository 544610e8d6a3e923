package io.coppice.walrus.identity;

import io.coppice.walrus.metadata.BucketOwner;
import java.util.Optional;

/** Finds accounts to which something is granted. Thread-safe. */
public interface Accounts {
    /**
     * The account of that canonical id.
     *
     * @throws IdentityUnavailableException when nobody can tell now
     */
    Optional<BucketOwner> ofCanonicalId(String canonicalId);

    /**
     * The account of that e-mail address.
     *
     * @throws IdentityUnavailableException when nobody can tell now
     */
    Optional<BucketOwner> ofEmail(String address);
}
