package io.coppice.cloud.image;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.time.Instant;

/**
 * An image's time in the recycle bin.
 *
 * @param enteredAt when it was deregistered
 * @param leavesAt when it is gone for good
 * @param stateBefore the state that it has again when it is restored
 * @param withSnapshots whether its snapshots go with it in the end
 */
@Embeddable
record BinStay(
        @Column(name = "recycled_at") Instant enteredAt,
        @Column(name = "leaves_bin_at") Instant leavesAt,
        @Column(name = "state_before_bin") String stateBefore,

        @Column(name = "takes_snapshots_along") Boolean withSnapshots) {}
