package io.coppice.cloud.identity.credential;

/**
 * A password that a user is to get, hashed. A hash takes some tens of milliseconds, on purpose: it is made before a
 * transaction begins, so that nobody waits for it on the account's lock.
 *
 * @param hash of the new password
 * @param before hash of the one that it replaces; empty for none
 */
record NewPassword(String hash, String before) {
    /** Throws {@code PasswordPolicyViolation} for a password that was used before and is remembered. */
    static NewPassword of(String password, LoginProfiles.Before before) {
        if (before.remembered().stream().anyMatch(hash -> PasswordHashes.matches(password, hash))) {
            throw LoginProfiles.violation("Password should not be one of the last " + before.most() + " passwords");
        }
        return new NewPassword(PasswordHashes.hash(password), before.present());
    }

    /** Without the hashes. */
    @Override
    public String toString() {
        return "NewPassword";
    }
}
