package io.coppice.ebs.key;

import io.coppice.foundation.id.ResourceId;
import io.coppice.foundation.secret.WrappingKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/**
 * Wraps the keys of disks for the database, each under a key that is derived from the master key for the id that users name it by.
 * What is wrapped for one volume or snapshot opens for no other. Thread-safe.
 */
public final class MasterKey {
    private final WrappingKey master;

    private MasterKey(WrappingKey master) {
        this.master = master;
    }

    /** The master key in that file, which is made where there is none: lose it, and all encrypted disks are lost. */
    public static MasterKey open(Path file) throws IOException {
        return new MasterKey(WrappingKey.openOrMake(file));
    }

    /**
     * Wraps a key.
     *
     * @param owner the volume or snapshot that it is for
     * @param keyId of the key that users name
     */
    public String wrap(ResourceId owner, String keyId, DiskKey key) {
        return Base64.getEncoder().encodeToString(named(keyId).seal(owner.value(), key.bits()));
    }

    /** Opens what {@link #wrap} made. Throws {@link IOException} when it was under another master key, or for another owner. */
    public DiskKey unwrap(ResourceId owner, String keyId, String wrapped) throws IOException {
        return decoded(wrapped)
                .flatMap(bytes -> named(keyId).open(owner.value(), bytes))
                .map(DiskKey::of)
                .orElseThrow(() -> new IOException("the key of " + owner
                        + " does not open: the EBS controller's master key is not the one that it was"
                        + " wrapped by; put back the file that was there"));
    }

    private static Optional<byte[]> decoded(String wrapped) {
        try {
            return Optional.of(Base64.getDecoder().decode(wrapped));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private WrappingKey named(String keyId) {
        return master.derive("ebs kms:" + keyId);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "MasterKey[secret]";
    }
}
