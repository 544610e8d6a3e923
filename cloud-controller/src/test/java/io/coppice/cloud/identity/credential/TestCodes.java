package io.coppice.cloud.identity.credential;

import java.time.Instant;

/** What an authenticator app shows: a fixture. */
public final class TestCodes {
    private TestCodes() {}

    /** The code at a moment. */
    public static String at(String secret, Instant moment) {
        return Totp.code(secret, Totp.step(moment));
    }
}
