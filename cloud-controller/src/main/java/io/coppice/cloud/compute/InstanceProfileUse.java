package io.coppice.cloud.compute;

import io.coppice.cloud.instanceprofile.InstanceProfiles.Profile;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;

/** The instance profile that an instance carries, and since when. */
@Embeddable
record InstanceProfileUse(
        @Column(name = "profile_arn") String arn,
        @Column(name = "profile_id") String profileId,
        @Column(name = "profile_association_id") String associationId,
        @Column(name = "profile_since") Instant since) {
    private static final String PREFIX = "iip-assoc-";
    private static final int ID_BYTES = 9;
    private static final int DIGITS = 17;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A new association with this profile. */
    static InstanceProfileUse of(Profile profile, Instant now) {
        var bytes = new byte[ID_BYTES];
        RANDOM.nextBytes(bytes);
        return new InstanceProfileUse(
                profile.arn(),
                profile.id(),
                PREFIX + HexFormat.of().formatHex(bytes).substring(0, DIGITS),
                now);
    }
}
