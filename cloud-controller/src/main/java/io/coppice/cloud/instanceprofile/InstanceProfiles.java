package io.coppice.cloud.instanceprofile;

import io.coppice.cloud.action.RequestContext;
import io.coppice.foundation.id.AccountId;
import java.util.Optional;

/** The instance profiles of an account, as far as EC2 has to do with them. Thread-safe. */
public interface InstanceProfiles {
    /** The profile of this name; empty when the account has none. */
    Optional<Profile> named(AccountId account, String name);

    /** The profile of this ARN; empty when the account has none. */
    Optional<Profile> withArn(AccountId account, String arn);

    /**
     * Returns when the caller may give the profile's role to instances ({@code iam:PassRole}). Throws {@code
     * UnauthorizedOperation}.
     */
    void requirePass(RequestContext context, Profile profile);

    /**
     * A profile that instances can carry.
     *
     * @param arn for example {@code arn:aws:iam::123456789012:instance-profile/web}
     * @param id {@code AIPA…}
     */
    record Profile(String arn, String id) {}
}
