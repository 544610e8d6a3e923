package io.coppice.cloud.identity.credential;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Hashes of passwords by Argon2id (RFC 9106) in the PHC string format, with the memory and passes that OWASP's Password
 * Storage Cheat Sheet names first: 19 MiB, 2 passes, 1 lane. Hashes with other numbers are checked with theirs. Thread-safe;
 * a few at a time, because each takes memory.
 */
public final class PasswordHashes {
    private static final int MEMORY_KIB = 19_456;
    private static final int PASSES = 2;
    private static final int LANES = 1;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final int AT_A_TIME = 4;
    private static final Pattern PHC = Pattern.compile(
            "\\$argon2id\\$v=19\\$m=([0-9]{1,7}),t=([0-9]{1,3}),p=([0-9]{1,2})\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)");
    private static final int SALT_GROUP = 4;
    private static final int HASH_GROUP = 5;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Semaphore RUNNING = new Semaphore(AT_A_TIME);

    private PasswordHashes() {}

    /** The hash of a password under a salt of its own. */
    public static String hash(String password) {
        var salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        var hash = argon2(password, salt, new Cost(MEMORY_KIB, PASSES, LANES), HASH_BYTES);
        var base64 = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m=" + MEMORY_KIB + ",t=" + PASSES + ",p=" + LANES + "$" + base64.encodeToString(salt)
                + "$" + base64.encodeToString(hash);
    }

    /** Whether a hash is this password's. Takes the same time whatever differs. */
    public static boolean matches(String password, String phc) {
        var parts = PHC.matcher(phc);
        if (!parts.matches()) {
            throw new IllegalStateException("a stored password hash is not in the form of Argon2id");
        }
        var cost = new Cost(
                Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)), Integer.parseInt(parts.group(3)));
        var salt = Base64.getDecoder().decode(parts.group(SALT_GROUP));
        var expected = Base64.getDecoder().decode(parts.group(HASH_GROUP));
        return MessageDigest.isEqual(expected, argon2(password, salt, cost, expected.length));
    }

    private static byte[] argon2(String password, byte[] salt, Cost cost, int bytes) {
        RUNNING.acquireUninterruptibly();
        try {
            var generator = new Argon2BytesGenerator();
            generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                    .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                    .withMemoryAsKB(cost.memoryKib())
                    .withIterations(cost.passes())
                    .withParallelism(cost.lanes())
                    .withSalt(salt)
                    .build());
            var hash = new byte[bytes];
            generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
            return hash;
        } finally {
            RUNNING.release();
        }
    }

    private record Cost(int memoryKib, int passes, int lanes) {}
}
