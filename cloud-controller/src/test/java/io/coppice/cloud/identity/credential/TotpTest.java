package io.coppice.cloud.identity.credential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** If this failed, no authenticator app would show the codes that we expect, or passwords would be kept badly. */
class TotpTest {
    /** "12345678901234567890" in base 32. */
    private static final String SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    /** The last six digits of the values in RFC 6238, appendix B. */
    @ParameterizedTest
    @CsvSource({
        "59, 287082",
        "1111111109, 081804",
        "1111111111, 050471",
        "1234567890, 005924",
        "2000000000, 279037",
        "20000000000, 353130"
    })
    void theCodesOfTheStandard(long second, String code) {
        assertEquals(code, Totp.code(SECRET, Totp.step(Instant.ofEpochSecond(second))));
    }

    @Test
    void aPasswordMatchesItsHashOnly() {
        var hash = PasswordHashes.hash("Grüße, Welt");
        assertTrue(PasswordHashes.matches("Grüße, Welt", hash));
        assertFalse(PasswordHashes.matches("Grüsse, Welt", hash));
        assertFalse(PasswordHashes.hash("Grüße, Welt").equals(hash), "every hash has a salt of its own");
    }
}
