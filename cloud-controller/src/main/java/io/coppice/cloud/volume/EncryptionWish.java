package io.coppice.cloud.volume;

import org.jspecify.annotations.Nullable;

/**
 * What a request says of the encryption of a disk.
 *
 * @param wanted whether it asks for it; a disk can be encrypted nevertheless when it does not
 * @param kmsKeyId the key that it names, in any of the forms that AWS takes; null when it names none
 */
public record EncryptionWish(boolean wanted, @Nullable String kmsKeyId) {
    /** It says nothing. */
    public static final EncryptionWish NONE = new EncryptionWish(false, null);

    /** What these parameters say; throws {@code InvalidParameterDependency} for a key without encryption. */
    public static EncryptionWish of(@Nullable Boolean encrypted, @Nullable String kmsKeyId) {
        var wanted = Boolean.TRUE.equals(encrypted);
        if (kmsKeyId != null && !wanted) {
            throw EncryptionErrors.keyWithoutEncryption();
        }
        return new EncryptionWish(wanted, kmsKeyId);
    }
}
