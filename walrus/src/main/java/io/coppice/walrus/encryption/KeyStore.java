package io.coppice.walrus.encryption;

import io.coppice.walrus.body.Digests;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.wire.error.AwsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Wraps the keys of objects (AES-256-GCM): under a key derived from the local master key for SSE-S3 and for each id of
 * SSE-KMS, under the customer's key for SSE-C. Thread-safe.
 */
public final class KeyStore {
    private static final String ACCOUNTS_OWN = "aws/s3";
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] master;
    private final Set<String> keyIds;

    private KeyStore(byte[] master, List<String> keyIds) {
        this.master = master.clone();
        this.keyIds = Set.copyOf(keyIds);
    }

    /** With that master key, 32 bytes, and these ids of KMS keys. */
    public static KeyStore of(byte[] master, List<String> keyIds) {
        return new KeyStore(master, keyIds);
    }

    /** With the master key in that file, which is made where there is none: lose it, and what is encrypted is lost. */
    public static KeyStore open(Path file, List<String> keyIds) throws IOException {
        try {
            return new KeyStore(Files.readAllBytes(file), keyIds);
        } catch (NoSuchFileException e) {
            var key = new byte[KEY_BYTES];
            RANDOM.nextBytes(key);
            var fresh = Files.createTempFile(
                    file.toAbsolutePath().getParent(),
                    "key",
                    ".new",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(fresh, key, java.nio.file.StandardOpenOption.SYNC);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            return new KeyStore(key, keyIds);
        }
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
        var wrapped = wrap(wrappingKey(kind, keyId, request.customerKey()), key.toBytes());
        var md5 = request.customerKey()
                .map(bytes -> Base64.getEncoder().encodeToString(Digests.md5().digest(bytes)))
                .orElse("");
        return new Sealed(key, new ObjectEncryption(kind, keyId, wrapped, md5, request.context()));
    }

    private static String plain(String keyId) {
        return keyId.substring(keyId.lastIndexOf('/') + 1);
    }

    private byte[] wrappingKey(ObjectEncryption.Kind kind, String keyId, Optional<byte[]> customerKey) {
        return switch (kind) {
            case CUSTOMER -> customerKey.orElseThrow();
            case S3 -> derived("s3");
            case KMS -> derived("kms:" + (keyId.equals(ACCOUNTS_OWN) ? keyId : plain(keyId)));
        };
    }

    private byte[] derived(String label) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(master, "HmacSHA256"));
            return mac.doFinal(("walrus " + label).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is in every JDK", e);
        }
    }

    private static String wrap(byte[] wrapping, byte[] key) {
        try {
            var nonce = new byte[NONCE_BYTES];
            RANDOM.nextBytes(nonce);
            var sealed = cipher(Cipher.ENCRYPT_MODE, wrapping, nonce).doFinal(key);
            var all = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
            return Base64.getEncoder().encodeToString(all);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is in every JDK", e);
        }
    }

    private static byte[] unwrap(byte[] wrapping, ObjectEncryption encryption) {
        var all = Base64.getDecoder().decode(encryption.wrappedKey());
        try {
            return cipher(Cipher.DECRYPT_MODE, wrapping, Arrays.copyOf(all, NONCE_BYTES))
                    .doFinal(all, NONCE_BYTES, all.length - NONCE_BYTES);
        } catch (AEADBadTagException e) {
            if (encryption.kind() == ObjectEncryption.Kind.CUSTOMER) {
                throw S3Errors.invalidRequest(
                        "The provided encryption parameters did not match the ones used originally.");
            }
            throw new IllegalStateException(
                    "the master key of Walrus is not the one that objects were encrypted under; restore it from the"
                            + " backup",
                    e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is in every JDK", e);
        }
    }

    private static Cipher cipher(int mode, byte[] key, byte[] nonce) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }

    @Override
    public String toString() {
        return "KeyStore[secret]";
    }
}
