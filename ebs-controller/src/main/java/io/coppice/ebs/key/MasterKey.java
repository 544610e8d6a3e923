package io.coppice.ebs.key;

import io.coppice.foundation.id.ResourceId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Wraps the keys of disks for the database (AES-256-GCM, NIST SP 800-38D), each under a key that is derived from the master key
 * for the id that users name it by. What is wrapped for one volume or snapshot opens for no other. Thread-safe.
 */
public final class MasterKey {
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] master;

    private MasterKey(byte[] master) {
        this.master = master;
    }

    /** The master key in that file, which is made where there is none: lose it, and all encrypted disks are lost. */
    public static MasterKey open(Path file) throws IOException {
        try {
            var master = Files.readAllBytes(file);
            if (master.length != DiskKey.BYTES) {
                throw new IOException(
                        file + " is not a master key of " + DiskKey.BYTES + " bytes: put back the file that was there");
            }
            return new MasterKey(master);
        } catch (NoSuchFileException e) {
            var master = new byte[DiskKey.BYTES];
            RANDOM.nextBytes(master);
            write(master, file);
            return new MasterKey(master);
        }
    }

    private static void write(byte[] master, Path file) throws IOException {
        var fresh = Files.createTempFile(
                file.toAbsolutePath().getParent(),
                "key",
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(fresh, master, StandardOpenOption.SYNC);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Wraps a key.
     *
     * @param owner the volume or snapshot that it is for
     * @param keyId of the key that users name
     */
    public String wrap(ResourceId owner, String keyId, DiskKey key) {
        var nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            var sealed = cipher(Cipher.ENCRYPT_MODE, owner, keyId, nonce).doFinal(key.bits());
            var all = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
            return Base64.getEncoder().encodeToString(all);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is in every JDK", e);
        }
    }

    /** Opens what {@link #wrap} made. Throws {@link IOException} when it was under another master key, or for another owner. */
    public DiskKey unwrap(ResourceId owner, String keyId, String wrapped) throws IOException {
        try {
            var all = Base64.getDecoder().decode(wrapped);
            return DiskKey.of(cipher(Cipher.DECRYPT_MODE, owner, keyId, Arrays.copyOf(all, NONCE_BYTES))
                    .doFinal(all, NONCE_BYTES, all.length - NONCE_BYTES));
        } catch (AEADBadTagException | IllegalArgumentException e) {
            throw new IOException(
                    "the key of " + owner + " does not open: the EBS controller's master key is not the one that it was"
                            + " wrapped by; put back the file that was there",
                    e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is in every JDK", e);
        }
    }

    private Cipher cipher(int mode, ResourceId owner, String keyId, byte[] nonce) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(master, "HmacSHA256"));
        var wrapping = mac.doFinal(("ebs kms:" + keyId).getBytes(StandardCharsets.UTF_8));
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(wrapping, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(owner.value().getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "MasterKey[secret]";
    }
}
