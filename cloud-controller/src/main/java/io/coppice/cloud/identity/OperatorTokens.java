package io.coppice.cloud.identity;

import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.secret.OwnerOnlyFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The token of the cloud's operator, for the command line on the same machine: who can read {@code operator-token} in the
 * data folder may do everything. Thread-safe.
 */
public final class OperatorTokens {
    private static final String BEARER = "Bearer ";
    private static final int BYTES = 32;

    private final byte[] token;

    private OperatorTokens(String token) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
    }

    /** Reads the token, or makes one at first start. */
    public static OperatorTokens open(Path dataDir) {
        var file = dataDir.resolve("operator-token");
        try {
            var text = OwnerOnlyFile.readOrCreate(file, OperatorTokens::random);
            if (text.isEmpty()) {
                throw new IOException("it is empty");
            }
            return new OperatorTokens(text);
        } catch (IOException e) {
            throw new RoleStartException(
                    "the operator's token in " + file + " is not usable: " + e.getMessage(),
                    "remove the file; the next start makes a new one",
                    e);
        }
    }

    /** Whether the value of an {@code Authorization} header is the operator's; takes the same time whatever it is. */
    public boolean accepts(String authorization) {
        return authorization.startsWith(BEARER)
                && MessageDigest.isEqual(
                        token, authorization.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8));
    }

    private static String random() {
        var bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
