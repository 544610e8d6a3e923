package io.coppice.cloud.identity.credential;

import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/**
 * What an account asks of passwords (IAM API Reference, "PasswordPolicy").
 *
 * @param minimumLength 6 to 128
 * @param maxAgeDays 1 to 1,095; 0 when passwords do not expire
 * @param rememberedPasswords how many earlier passwords may not come again, 1 to 24; 0 when all may
 * @param hardExpiry whether only an administrator can help once a password has expired
 */
public record PasswordRules(
        int minimumLength,
        boolean requireSymbols,
        boolean requireNumbers,
        boolean requireUppercase,
        boolean requireLowercase,
        boolean usersMayChange,
        int maxAgeDays,
        int rememberedPasswords,
        boolean hardExpiry) {
    private static final int USUAL_LENGTH = 8;
    private static final int USUAL_KINDS = 3;
    private static final int LONGEST = 128;
    private static final String SYMBOLS = "!@#$%^&*()_+-=[]{}|'";

    /** The rules of an account that has set none: 8 characters of three kinds. */
    static Optional<String> usualFault(String password) {
        if (password.length() < USUAL_LENGTH) {
            return Optional.of("Password should have a minimum length of " + USUAL_LENGTH);
        }
        if (password.length() > LONGEST) {
            return Optional.of("Password should have a maximum length of " + LONGEST);
        }
        var kinds = Stream.<IntPredicate>of(
                        Character::isUpperCase, Character::isLowerCase, Character::isDigit, PasswordRules::symbol)
                .filter(kind -> password.chars().anyMatch(kind))
                .count();
        return kinds < USUAL_KINDS
                ? Optional.of("Password should have characters of three of these kinds: uppercase letters, lowercase"
                        + " letters, numbers, symbols")
                : Optional.empty();
    }

    /** What is wrong with a password under these rules; empty when nothing is. */
    Optional<String> fault(String password) {
        if (password.length() < minimumLength) {
            return Optional.of("Password should have a minimum length of " + minimumLength);
        }
        if (password.length() > LONGEST) {
            return Optional.of("Password should have a maximum length of " + LONGEST);
        }
        if (requireUppercase && password.chars().noneMatch(Character::isUpperCase)) {
            return Optional.of("Password should have at least one uppercase letter");
        }
        if (requireLowercase && password.chars().noneMatch(Character::isLowerCase)) {
            return Optional.of("Password should have at least one lowercase letter");
        }
        if (requireNumbers && password.chars().noneMatch(Character::isDigit)) {
            return Optional.of("Password should have at least one number");
        }
        if (requireSymbols && password.chars().noneMatch(PasswordRules::symbol)) {
            return Optional.of("Password should have at least one of the following symbols: " + SYMBOLS);
        }
        return Optional.empty();
    }

    private static boolean symbol(int character) {
        return SYMBOLS.indexOf(character) >= 0;
    }
}
