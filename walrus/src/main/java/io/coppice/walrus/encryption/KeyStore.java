package io.coppice.walrus.encryption;

import io.coppice.foundation.secret.WrappingKey;
import io.coppice.walrus.body.Digests;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.wire.error.AwsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Wraps the keys of objects (AES-256-GCM): under a key derived from the local master key for SSE-S3 and for each id of
 * SSE-KMS, under the customer's key for SSE-C. Thread-safe.
 */
public final class KeyStore {
    private static final String ACCOUNTS_OWN = "aws/s3";
    /** Objects' keys are bound to nothing: an object's record names the one that it has. */
    private static final String NO_OWNER = "";

    private final WrappingKey master;
    private final Set<String> keyIds;

    private KeyStore(WrappingKey master, List<String> keyIds) {
        this.master = master;
        this.keyIds = Set.copyOf(keyIds);
    }

    /** With that master key, 32 bytes, and these ids of KMS keys. */
    public static KeyStore of(byte[] master, List<String> keyIds) {
        return new KeyStore(WrappingKey.of(master), keyIds);
    }

    /** With the master key in that file, which is made where there is none: lose it, and what is encrypted is lost. */
    public static KeyStore open(Path file, List<String> keyIds) throws IOException {
        return new KeyStore(WrappingKey.openOrMake(file), keyIds);
    }

    /** A new object's key, and what is kept of it. */
    public record Sealed(ObjectKey key, ObjectEncryption encryption) {}

    /** A key for an object that is to be encrypted so. Throws KMS.NotFoundException for an id that is not known here. */
    public Sealed seal(EncryptionRequest request) {
        return seal(request, ObjectKey.random());
    }

    /** The key of an object that is there; throws InvalidRequest when the customer's key is another. */
    public ObjectKey open(ObjectEncryption encryption, Optional<byte[]> customerKey) {
        encryption.checkRead(customerKey);
        return ObjectKey.of(unwrap(wrappingKey(encryption.kind(), encryption.keyId(), customerKey), encryption));
    }

    /** The key of an object for a read with what the request says; empty when it is not encrypted. */
    public Optional<ObjectKey> open(Optional<String> kept, Optional<byte[]> customerKey) {
        var encryption = ObjectEncryption.parse(kept);
        if (encryption.isEmpty() && customerKey.isPresent()) {
            throw ObjectEncryption.notEncryptedSo();
        }
        return encryption.map(each -> open(each, customerKey));
    }

    /** Throws KMS.NotFoundException unless that is the id of a key. */
    public void checkKeyId(String keyId) {
        if (!keyId.isEmpty() && !keyId.equals(ACCOUNTS_OWN) && !keyIds.contains(plain(keyId))) {
            throw AwsException.client("KMS.NotFoundException", "Key '" + keyId + "' does not exist");
        }
    }

    private Sealed seal(EncryptionRequest request, ObjectKey key) {
        var kind = request.kind().orElseThrow();
        if (kind == ObjectEncryption.Kind.KMS) {
            checkKeyId(request.keyId());
        }
        var keyId = kind == ObjectEncryption.Kind.KMS && request.keyId().isEmpty() ? ACCOUNTS_OWN : request.keyId();
        var wrapped = Base64.getEncoder()
                .encodeToString(wrappingKey(kind, keyId, request.customerKey()).seal(NO_OWNER, key.toBytes()));
        var md5 = request.customerKey()
                .map(bytes -> Base64.getEncoder().encodeToString(Digests.md5().digest(bytes)))
                .orElse("");
        return new Sealed(key, new ObjectEncryption(kind, keyId, wrapped, md5, request.context()));
    }

    private static String plain(String keyId) {
        return keyId.substring(keyId.lastIndexOf('/') + 1);
    }

    private WrappingKey wrappingKey(ObjectEncryption.Kind kind, String keyId, Optional<byte[]> customerKey) {
        return switch (kind) {
            case CUSTOMER -> WrappingKey.of(customerKey.orElseThrow());
            case S3 -> derived("s3");
            case KMS -> derived("kms:" + (keyId.equals(ACCOUNTS_OWN) ? keyId : plain(keyId)));
        };
    }

    private WrappingKey derived(String label) {
        return master.derive("walrus " + label);
    }

    private static byte[] unwrap(WrappingKey wrapping, ObjectEncryption encryption) {
        return wrapping.open(NO_OWNER, Base64.getDecoder().decode(encryption.wrappedKey()))
                .orElseThrow(() -> notOpened(encryption));
    }

    private static RuntimeException notOpened(ObjectEncryption encryption) {
        return encryption.kind() == ObjectEncryption.Kind.CUSTOMER
                ? S3Errors.invalidRequest("The provided encryption parameters did not match the ones used originally.")
                : new IllegalStateException(
                        "the master key of Walrus is not the one that objects were encrypted under; restore it from the"
                                + " backup");
    }

    @Override
    public String toString() {
        return "KeyStore[secret]";
    }
}
