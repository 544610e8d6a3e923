package io.coppice.walrus.encryption;

import io.coppice.walrus.protocol.S3Errors;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * How an object is encrypted, as it is kept with it: five lines of text.
 *
 * @param kind which of S3's three ways
 * @param keyId of the KMS key; empty for the others
 * @param wrappedKey the object's own key under the master key or the customer's, Base64
 * @param customerKeyMd5 of a customer's key, Base64; empty for the others
 * @param context the KMS encryption context as the client sent it; empty when there was none
 */
public record ObjectEncryption(Kind kind, String keyId, String wrappedKey, String customerKeyMd5, String context) {
    private static final int LINES = 5;

    /** The ways of S3 (S3 User Guide, "Protecting data with encryption"). */
    public enum Kind {
        /** With keys that S3 manages. */
        S3,
        /** With keys that have an id. */
        KMS,
        /** With a key that the client sends with every request. */
        CUSTOMER
    }

    /** What was kept. */
    public static Optional<ObjectEncryption> parse(Optional<String> text) {
        return text.map(each -> {
            var lines = each.split("\n", LINES);
            return new ObjectEncryption(Kind.valueOf(lines[0]), lines[1], lines[2], lines[3], lines[4]);
        });
    }

    /** How it is kept. */
    public String text() {
        return String.join("\n", kind.name(), keyId, wrappedKey, customerKeyMd5, context);
    }

    /** Tells the client about it in headers of an answer. */
    public void describe(BiConsumer<String, String> header) {
        switch (kind) {
            case S3 -> header.accept(EncryptionRequest.ALGORITHM, EncryptionRequest.AES256);
            case KMS -> {
                header.accept(EncryptionRequest.ALGORITHM, EncryptionRequest.KMS);
                header.accept(EncryptionRequest.KMS_KEY, keyId);
                if (!context.isEmpty()) {
                    header.accept(EncryptionRequest.KMS_CONTEXT, context);
                }
            }
            case CUSTOMER -> {
                header.accept(EncryptionRequest.CUSTOMER_ALGORITHM, EncryptionRequest.AES256);
                header.accept(EncryptionRequest.CUSTOMER_MD5, customerKeyMd5);
            }
        }
    }

    /** Throws InvalidRequest when a read of it brings a key where none is due, or brings none. */
    void checkRead(Optional<byte[]> customerKey) {
        if (kind == Kind.CUSTOMER && customerKey.isEmpty()) {
            throw S3Errors.invalidRequest("The object was stored using a form of Server Side Encryption. The correct"
                    + " parameters must be provided to retrieve the object.");
        }
        if (kind != Kind.CUSTOMER && customerKey.isPresent()) {
            throw notEncryptedSo();
        }
    }

    static RuntimeException notEncryptedSo() {
        return S3Errors.invalidRequest("The encryption parameters are not applicable to this object.");
    }
}
