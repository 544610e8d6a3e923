package io.coppice.cloud.identity;

import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.secret.OwnerOnlyFile;
import io.coppice.foundation.secret.WrappingKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Seals secrets for the database. The master key lies in a file beside the database, so
 * that neither is enough alone. The first line of the file seals; further lines are earlier keys, which still open.
 * Thread-safe.
 */
public final class SecretBox {
    private static final String FILE = "master.key";
    private static final byte VERSION = 1;

    /** The one that seals first. */
    private final List<WrappingKey> keys;

    private SecretBox(List<WrappingKey> keys) {
        this.keys = keys;
    }

    /** Reads {@code master.key} in the data folder, or makes it. Throws {@link RoleStartException} when it is damaged. */
    public static SecretBox open(Path dataDir) {
        var file = dataDir.resolve(FILE);
        try {
            var text = OwnerOnlyFile.readOrCreate(file, SecretBox::newKey);
            return new SecretBox(text.lines().map(SecretBox::key).toList());
        } catch (IOException | IllegalArgumentException e) {
            throw new RoleStartException(
                    "the master key in " + file + " is not usable: " + e.getMessage(),
                    "put back the file that was there; without it the access keys in the database cannot be read",
                    e);
        }
    }

    /**
     * Puts a new key before those in {@code master.key}; processes that run go on with the old one until they start again.
     * Throws {@link IOException} when the file is not there or cannot be replaced.
     */
    public static void rotate(Path dataDir) throws IOException {
        var file = dataDir.resolve(FILE);
        var earlier = Files.readString(file).strip();
        OwnerOnlyFile.write(file, newKey() + "\n" + earlier + "\n");
    }

    private static WrappingKey key(String line) {
        return WrappingKey.of(Base64.getDecoder().decode(line.strip()));
    }

    private static String newKey() {
        return Base64.getEncoder().encodeToString(WrappingKey.newBits());
    }

    /** Whether there are earlier keys, so that something may still be sealed with one of them. */
    boolean hasEarlierKeys() {
        return keys.size() > 1;
    }

    /** Seals anew what an earlier key sealed; empty when the current one did. Throws as {@link #open(String, byte[])}. */
    Optional<byte[]> renew(String owner, byte[] sealed) {
        return keys.getFirst().open(owner, content(owner, sealed)).isPresent()
                ? Optional.empty()
                : Optional.of(sealBytes(owner, openBytes(owner, sealed)));
    }

    /** Seals a secret; {@code owner} is bound to it, so that a sealed secret cannot be moved to another row. */
    public byte[] seal(String owner, String secret) {
        return sealBytes(owner, secret.getBytes(StandardCharsets.UTF_8));
    }

    /** As {@link #seal}, of bytes. */
    public byte[] sealBytes(String owner, byte[] secret) {
        var sealed = keys.getFirst().seal(owner, secret);
        return ByteBuffer.allocate(1 + sealed.length).put(VERSION).put(sealed).array();
    }

    /** Opens what {@link #seal} made. Throws {@link IllegalStateException} when the master key is another one. */
    public String open(String owner, byte[] sealed) {
        return new String(openBytes(owner, sealed), StandardCharsets.UTF_8);
    }

    /** As {@link #open(String, byte[])}, of what {@link #sealBytes} made. */
    public byte[] openBytes(String owner, byte[] sealed) {
        var content = content(owner, sealed);
        return keys.stream()
                .flatMap(key -> key.open(owner, content).stream())
                .findFirst()
                .orElseThrow(() ->
                        new IllegalStateException("the secret of " + owner + " was sealed with another master key"));
    }

    private static byte[] content(String owner, byte[] sealed) {
        if (sealed.length == 0 || sealed[0] != VERSION) {
            throw new IllegalStateException("the sealed secret of " + owner + " is damaged");
        }
        return Arrays.copyOfRange(sealed, 1, sealed.length);
    }

    /** A key of 32 bytes for one purpose, from which the master key cannot be found; always the same. */
    public byte[] derive(String purpose) {
        return keys.getFirst().derivedBits(purpose);
    }
}
