package io.coppice.cloud.compute;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/**
 * How the guest may use its metadata service.
 *
 * @param tokenRequired only IMDSv2 is answered
 * @param hopLimit 1 to 64
 * @param enabled whether it is answered at all
 * @param tags whether the guest may read its tags
 * @param ipv6 whether it is answered at its address of IPv6, too
 */
@Embeddable
record MetadataOptions(
        @Column(name = "metadata_token_required") boolean tokenRequired,
        @Column(name = "metadata_hop_limit") int hopLimit,
        @Column(name = "metadata_enabled") boolean enabled,
        @Column(name = "metadata_tags") boolean tags,
        @Column(name = "metadata_ipv6") boolean ipv6) {
    /** As AWS has it when nothing is asked for. */
    static final MetadataOptions USUAL = new MetadataOptions(false, 1, true, false, false);
}
