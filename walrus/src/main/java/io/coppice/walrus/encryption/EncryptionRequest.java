package io.coppice.walrus.encryption;

import io.coppice.walrus.body.Digests;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.wire.error.AwsException;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a request says about encryption.
 *
 * @param kind the way that it names; empty where it leaves that to the bucket
 * @param keyId of the KMS key that it names; empty: the account's own
 * @param context for KMS; empty when there is none
 * @param customerKey 32 bytes, when the client sent one
 */
public record EncryptionRequest(
        Optional<ObjectEncryption.Kind> kind, String keyId, String context, Optional<byte[]> customerKey) {
    static final String ALGORITHM = "x-amz-server-side-encryption";
    static final String KMS_KEY = "x-amz-server-side-encryption-aws-kms-key-id";
    static final String KMS_CONTEXT = "x-amz-server-side-encryption-context";
    static final String CUSTOMER_ALGORITHM = "x-amz-server-side-encryption-customer-algorithm";
    static final String CUSTOMER_MD5 = "x-amz-server-side-encryption-customer-key-md5";
    static final String AES256 = "AES256";
    static final String KMS = "aws:kms";

    private static final String CUSTOMER_KEY = "x-amz-server-side-encryption-customer-key";
    private static final String COPY_SOURCE = "x-amz-copy-source-server-side-encryption-customer-";
    private static final int KEY_BYTES = 32;

    /** It says nothing. */
    public static final EncryptionRequest NONE = new EncryptionRequest(Optional.empty(), "", "", Optional.empty());

    /** Reads the headers of a write, or of a read; throws InvalidArgument and the like. */
    public static EncryptionRequest of(Function<String, Optional<String>> header) {
        var customer = customerKey(header, "x-amz-server-side-encryption-customer-");
        var algorithm = header.apply(ALGORITHM);
        var keyId = header.apply(KMS_KEY);
        if (customer.isPresent()) {
            if (algorithm.isPresent()) {
                throw S3Errors.invalidArgument(
                        "Server Side Encryption with Customer provided key is incompatible with the encryption method specified");
            }
            return new EncryptionRequest(Optional.of(ObjectEncryption.Kind.CUSTOMER), "", "", customer);
        }
        if (algorithm.isEmpty()) {
            if (keyId.isPresent()) {
                throw S3Errors.invalidArgument(
                        "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption"
                                + " : aws:kms");
            }
            return NONE;
        }
        return switch (algorithm.get()) {
            case AES256 -> {
                if (keyId.isPresent()) {
                    throw S3Errors.invalidArgument(
                            "The encryption method specified is not supported with a KMS key id");
                }
                yield new EncryptionRequest(Optional.of(ObjectEncryption.Kind.S3), "", "", Optional.empty());
            }
            case KMS ->
                new EncryptionRequest(
                        Optional.of(ObjectEncryption.Kind.KMS),
                        keyId.orElse(""),
                        header.apply(KMS_CONTEXT).orElse(""),
                        Optional.empty());
            default -> throw S3Errors.invalidArgument("The encryption method specified is not supported");
        };
    }

    /** The customer's key that a copy reads its source with. */
    public static Optional<byte[]> ofCopySource(Function<String, Optional<String>> header) {
        return customerKey(header, COPY_SOURCE);
    }

    private static Optional<byte[]> customerKey(Function<String, Optional<String>> header, String prefix) {
        var algorithm = header.apply(prefix + "algorithm");
        var key = header.apply(prefix + "key");
        var md5 = header.apply(prefix + "key-md5");
        if (algorithm.isEmpty() && key.isEmpty() && md5.isEmpty()) {
            return Optional.empty();
        }
        if (algorithm.isEmpty()) {
            throw S3Errors.invalidArgument("Requests specifying Server Side Encryption with Customer provided keys must"
                    + " provide a valid encryption algorithm.");
        }
        if (!algorithm.get().equals(AES256)) {
            throw AwsException.client(
                    "InvalidEncryptionAlgorithmError",
                    "The encryption request you specified is not valid. The valid value is AES256.");
        }
        if (key.isEmpty()) {
            throw S3Errors.invalidArgument("Requests specifying Server Side Encryption with Customer provided keys must"
                    + " provide an appropriate secret key.");
        }
        if (md5.isEmpty()) {
            throw S3Errors.invalidArgument("Requests specifying Server Side Encryption with Customer provided keys must"
                    + " provide the client calculated MD5 of the secret key.");
        }
        return Optional.of(decode(key.get(), md5.get()));
    }

    private static byte[] decode(String key, String md5) {
        try {
            var bytes = Base64.getDecoder().decode(key);
            if (bytes.length != KEY_BYTES) {
                throw S3Errors.invalidArgument("The secret key was invalid for the specified algorithm.");
            }
            if (!Base64.getEncoder().encodeToString(Digests.md5().digest(bytes)).equals(md5)) {
                throw S3Errors.invalidArgument(
                        "The calculated MD5 hash of the key did not match the hash that was provided.");
            }
            return bytes;
        } catch (IllegalArgumentException e) {
            throw S3Errors.invalidArgument("The secret key was invalid for the specified algorithm.");
        }
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "EncryptionRequest[" + kind + ", " + keyId + "]";
    }
}
