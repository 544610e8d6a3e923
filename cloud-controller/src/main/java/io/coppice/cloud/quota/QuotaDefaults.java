package io.coppice.cloud.quota;

import io.coppice.cloud.compute.ComputeConfig;
import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.image.ImageConfig;
import io.coppice.cloud.keypair.KeyPairConfig;
import io.coppice.cloud.volume.VolumeConfig;
import jakarta.enterprise.context.ApplicationScoped;

/** The quotas of an account that has none of its own. Thread-safe. */
@ApplicationScoped
public class QuotaDefaults {
    private final QuotaConfig quotas;
    private final ComputeConfig compute;
    private final VolumeConfig volumes;
    private final ImageConfig images;
    private final KeyPairConfig keyPairs;

    /** For the container and for tests. */
    public QuotaDefaults(
            QuotaConfig quotas,
            ComputeConfig compute,
            VolumeConfig volumes,
            ImageConfig images,
            KeyPairConfig keyPairs) {
        this.quotas = quotas;
        this.compute = compute;
        this.volumes = volumes;
        this.images = images;
        this.keyPairs = keyPairs;
    }

    /** The configured quota. */
    public long of(Quota quota) {
        return switch (quota) {
            case INSTANCES -> compute.instanceLimit();
            case VCPUS -> quotas.vcpus();
            case MEMORY_MIB -> quotas.memoryMib();
            case VOLUMES -> volumes.maxPerAccount();
            case VOLUME_GIB -> volumes.maxGibPerAccount();
            case IMAGES -> images.maxPerAccount();
            case KEY_PAIRS -> keyPairs.maxPerAccount();
            case USERS -> EntityKind.USER.limit();
            case GROUPS -> EntityKind.GROUP.limit();
            case ROLES -> EntityKind.ROLE.limit();
            case INSTANCE_PROFILES -> EntityKind.INSTANCE_PROFILE.limit();
            case POLICIES -> EntityKind.POLICY.limit();
            case SERVER_CERTIFICATES -> EntityKind.SERVER_CERTIFICATE.limit();
        };
    }
}
