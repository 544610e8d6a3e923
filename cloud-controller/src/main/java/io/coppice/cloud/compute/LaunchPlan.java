package io.coppice.cloud.compute;

import io.coppice.foundation.id.AccountId;
import java.time.Instant;

/** A launch with everything looked up: what all instances of one reservation share. */
record LaunchPlan(
        AccountId account,
        String reservationId,
        LaunchCommand command,
        InstanceImage image,
        InstanceMachine machine,
        String publicKey,
        MetadataOptions metadata,
        InstanceChoices choices,
        Instant at) {}
